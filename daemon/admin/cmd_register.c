/* SPDX-License-Identifier: MIT */
/*
 * register: a program or a script becomes known, with the rights that are named and no others.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/change.h"
#include "daemon/admin/helper_copy.h"
#include "daemon/admin/places.h"
#include "daemon/admin/rights.h"
#include "daemon/admin/say.h"
#include "daemon/admin/script.h"
#include "daemon/admin/subject.h"

#include <stdlib.h>

static enum exit_code register_subject(const struct options *options, const struct subject *subject,
                                       const char *interpreter, const struct rights *rights) {
    KC_AUTO(places) places = NULL;
    enum exit_code code = places_new(&places);
    if (code != EXIT_DONE) {
        return code;
    }
    char asked[KC_MESSAGE_MAX];
    rights_describe(rights, asked);
    struct config_change change = {.kind = CONFIG_REGISTER,
                                   .path = subject->path,
                                   .hash = subject->hash,
                                   .interpreter = interpreter};
    rights_lend(rights, &change);
    const struct change_name name = {
        .event = "policy", .action = "register", .message = asked, .options = options};
    code = change_make(places, &change, &name);
    if (code == EXIT_DONE) {
        change_settle(places, subject->path, subject->hash);
    }
    return code;
}

enum exit_code cmd_register(const struct options *options) {
    KC_AUTO(rights) rights = NULL;
    KC_AUTO(subject) subject = NULL;
    char *interpreter = NULL;
    enum exit_code code = rights_new(options, RIGHTS_GIVEN, &rights);
    if (code == EXIT_DONE) {
        code = subject_new(options_operand(options, 0), &subject);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    if (subject_is_loader(subject)) {
        return subject_refuse_loader(subject);
    }
    code = script_interpreter(subject, options_value(options, "interpreter", 0), &interpreter);
    if (code != EXIT_DONE) {
        return code;
    }
    subject_warn(subject);
    if (rights->flags[CONFIG_HELPER] != CONFIG_SET) {
        helper_copy_warn(subject);
    }
    code = register_subject(options, subject, interpreter, rights);
    free(interpreter);
    return code;
}
