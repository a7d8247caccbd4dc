/* SPDX-License-Identifier: MIT */
/* revoke: a registered program loses the rights that are named, or all of them. */
#include "daemon/admin/admin.h"

#include "daemon/admin/entry.h"
#include "daemon/admin/rights.h"

/* Here a flag names what goes. */
static void take_away(enum config_flag *flag) {
    if (*flag == CONFIG_SET) {
        *flag = CONFIG_CLEAR;
    }
}

enum exit_code cmd_revoke(const struct options *options) {
    KC_AUTO(rights) rights = NULL;
    enum exit_code code = rights_new(options, &rights);
    if (code != EXIT_DONE) {
        return code;
    }
    take_away(&rights->search);
    take_away(&rights->plain);
    return entry_change(options, CONFIG_REVOKE, "revoke", rights);
}
