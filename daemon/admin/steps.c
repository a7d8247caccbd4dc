/* SPDX-License-Identifier: MIT */
/* One change of the policy a step; who would hold a right comes last (plan.h). */
#include "daemon/admin/steps.h"

#include "daemon/admin/answer.h"
#include "daemon/admin/change.h"
#include "daemon/admin/libraries.h"
#include "daemon/admin/places.h"
#include "daemon/admin/rights.h"
#include "daemon/admin/say.h"
#include "daemon/admin/subject.h"

#include <string.h>

static enum exit_code say_changed(const char *path) {
    struct shown shown;
    say("\"%s\" isn't the file that was seen: it has another hash now; nothing was registered",
        say_show(path, &shown));
    return EXIT_NO;
}

/* The file, and for a script what runs it, which the entry names. */
static enum exit_code check_step(const struct step *step) {
    KC_AUTO(subject) subject = NULL;
    enum exit_code code = subject_new(step->path, &subject);
    if (code != EXIT_DONE) {
        return code;
    }
    if (strcmp(subject->hash, step->hash) != 0 || strcmp(subject->path, step->path) != 0) {
        return say_changed(step->path);
    }
    if (subject_is_loader(subject)) {
        return subject_refuse_loader(subject);
    }
    if (step->is_caller) {
        subject->kind = step->interpreter == NULL ? subject->kind : SUBJECT_OTHER;
        subject_warn(subject); /* not that a script needs a helper: it just had one */
    }
    return EXIT_DONE;
}

enum exit_code steps_check(const struct plan *plan) {
    enum exit_code code = EXIT_DONE;
    for (size_t i = 0; i < plan->count && code == EXIT_DONE; i++) {
        code = check_step(&plan->steps[i]);
    }
    return code;
}

/* What the step needs goes over what the command line said. */
static void merge_flags(const struct step *step, struct rights *rights) {
    for (size_t i = 0; i < CONFIG_FLAG_COUNT; i++) {
        if (step->flags[i] != CONFIG_LEAVE) {
            rights->flags[i] = step->flags[i];
        }
    }
}

static enum exit_code make_step(const struct places *places, const struct step *step,
                                const struct rights *given, const struct change_name *whose) {
    struct libraries none = {0};
    struct rights rights = {.libraries = &none};
    if (given != NULL && step->is_caller) {
        rights = *given;                            /* lent */
        rights.flags[CONFIG_INLINE] = CONFIG_LEAVE; /* it was said for those who need it */
    }
    merge_flags(step, &rights);
    char asked[KC_MESSAGE_MAX];
    rights_describe(&rights, asked);
    struct config_change change = {.kind = CONFIG_REGISTER,
                                   .path = step->path,
                                   .hash = step->hash,
                                   .interpreter = step->interpreter};
    rights_lend(&rights, &change);
    const struct change_name name = {.event = whose->event,
                                     .action = "register",
                                     .message = asked,
                                     .options = whose->options,
                                     .line = whose->line};
    return change_make(places, &change, &name);
}

enum exit_code steps_make(const struct places *places, const struct plan *plan,
                          const struct rights *rights, const struct change_name *whose) {
    KC_AUTO(answer) line = NULL;
    const struct change_name named = {
        .event = whose->event, .options = whose->options, .line = &line};
    for (size_t i = 0; i < plan->count; i++) {
        enum exit_code code = make_step(places, &plan->steps[i], rights, &named);
        if (code != EXIT_DONE && i > 0) {
            say("%zu of %zu entries were made before that, and they stay: none of them got a right",
                i, plan->count);
        }
        if (code != EXIT_DONE) {
            return code;
        }
    }
    return EXIT_DONE;
}
