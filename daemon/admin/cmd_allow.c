/* SPDX-License-Identifier: MIT */
/* allow: a registered program gets more rights. */
#include "daemon/admin/admin.h"

#include "daemon/admin/entry.h"
#include "daemon/admin/rights.h"
#include "daemon/admin/say.h"

enum exit_code cmd_allow(const struct options *options) {
    KC_AUTO(rights) rights = NULL;
    enum exit_code code = rights_new(options, RIGHTS_GIVEN, &rights);
    if (code != EXIT_DONE) {
        return code;
    }
    if (rights_are_empty(rights)) {
        say("nothing to allow; name it with --read, --write, --search, --launcher or another "
            "option "
            "(keychain-auth allow --help)");
        return EXIT_USAGE;
    }
    return entry_change(options, CONFIG_ALLOW, "allow", rights);
}
