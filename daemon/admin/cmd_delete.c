/* SPDX-License-Identifier: MIT */
/* delete: removes items, and names those that were there. */
#include "daemon/admin/admin.h"

#include "daemon/admin/answer.h"
#include "daemon/admin/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool was_deleted(const struct kc_answer *answer, const char *target) {
    for (size_t i = 0; i < kc_answer_count(answer); i++) {
        if (strcmp(kc_answer_target(answer, i), target) == 0) {
            return true;
        }
    }
    return false;
}

static enum exit_code report(const struct kc_answer *answer, const struct kc_query *query) {
    struct shown shown;
    enum exit_code code = EXIT_DONE;
    for (size_t i = 0; i < kc_answer_count(answer); i++) {
        (void)printf("deleted \"%s\"\n", say_show(kc_answer_target(answer, i), &shown));
    }
    for (size_t i = 0; query->match == NULL && i < query->target_count; i++) {
        if (!was_deleted(answer, query->targets[i])) {
            say("there is no \"%s\"", say_show(query->targets[i], &shown));
            code = EXIT_NO;
        }
    }
    return code;
}

static enum exit_code delete_targets(const struct options *options, const char **targets) {
    KC_AUTO(answer) answer = NULL;
    size_t count = options_operand_count(options) - 1;
    for (size_t i = 0; i < count; i++) {
        targets[i] = options_operand(options, i + 1);
    }
    const struct kc_query query = {.action = "delete",
                                   .service = options_operand(options, 0),
                                   .match =
                                       options_flag(options, "prefix", false) ? "prefix" : NULL,
                                   .targets = targets,
                                   .target_count = count,
                                   .administration = 1};
    enum exit_code code = answer_get(options, &query, &answer);
    return code == EXIT_DONE ? report(answer->answer, &query) : code;
}

enum exit_code cmd_delete(const struct options *options) {
    const char **targets = calloc(options_operand_count(options), sizeof *targets);
    if (targets == NULL) {
        return say_fault(KC_NO_MEMORY, "can't delete");
    }
    enum exit_code code = delete_targets(options, targets);
    free(targets);
    return code;
}
