/* SPDX-License-Identifier: MIT */
/* upgrade: a registered program was replaced by a newer one; its rights stay. */
#include "daemon/admin/admin.h"

#include "daemon/admin/change.h"
#include "daemon/admin/places.h"
#include "daemon/admin/script.h"
#include "daemon/admin/subject.h"

#include <stdlib.h>

enum exit_code cmd_upgrade(const struct options *options) {
    KC_AUTO(places) places = NULL;
    KC_AUTO(subject) subject = NULL;
    enum exit_code code = places_new(&places);
    if (code == EXIT_DONE) {
        code = subject_new(options_operand(options, 0), &subject);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    if (subject_is_loader(subject)) {
        return subject_refuse_loader(subject);
    }
    char *interpreter = NULL;
    code = script_interpreter(subject, options_value(options, "interpreter", 0), &interpreter);
    if (code != EXIT_DONE) {
        return code;
    }
    struct config_change change = {.kind = CONFIG_UPGRADE,
                                   .path = subject->path,
                                   .hash = subject->hash,
                                   .interpreter = interpreter};
    const struct change_name name = {
        .event = "policy", .action = "upgrade", .message = "", .options = options};
    code = change_make(places, &change, &name);
    if (code == EXIT_DONE) {
        change_settle(places, subject->path, subject->hash);
    }
    free(interpreter);
    return code;
}
