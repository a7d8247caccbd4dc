/* SPDX-License-Identifier: MIT */
/* revoke: a registered program loses the rights that are named, or all of them. */
#include "daemon/admin/admin.h"

#include "daemon/admin/entry.h"
#include "daemon/admin/rights.h"

enum exit_code cmd_revoke(const struct options *options) {
    KC_AUTO(rights) rights = NULL;
    enum exit_code code = rights_new(options, RIGHTS_TAKEN, &rights);
    if (code != EXIT_DONE) {
        return code;
    }
    return entry_change(options, CONFIG_REVOKE, "revoke", rights);
}
