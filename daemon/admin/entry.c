/* SPDX-License-Identifier: MIT */
/* The entry is found by config_change(), under its lock; here it is only named. */
#include "daemon/admin/entry.h"

#include "daemon/admin/change.h"
#include "daemon/admin/places.h"
#include "daemon/admin/rights.h"
#include "daemon/admin/subject.h"

#include <stdlib.h>

enum exit_code entry_change(const struct options *options, enum config_change_kind kind,
                            const char *action, const struct rights *rights) {
    KC_AUTO(places) places = NULL;
    const char *operand = options_operand(options, 0);
    char *path = NULL;
    char asked[KC_MESSAGE_MAX] = "";
    struct config_change change = {.kind = kind};
    enum exit_code code = places_new(&places);
    if (code == EXIT_DONE && !subject_is_hash(operand)) {
        code = subject_resolve(operand, &path);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    change.path = path;
    change.hash = path == NULL ? operand : NULL;
    if (rights != NULL) {
        rights_lend(rights, &change);
        rights_describe(rights, asked);
    }
    const struct change_name name = {
        .event = "policy", .action = action, .message = asked, .options = options};
    code = change_make(places, &change, &name);
    free(path);
    return code;
}
