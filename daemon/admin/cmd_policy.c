/* SPDX-License-Identifier: MIT */
/* policy: what to do when the sealed policy was changed by somebody else. */
#include "daemon/admin/admin.h"

#include "daemon/admin/order.h"
#include "daemon/admin/say.h"

#include <string.h>

enum exit_code cmd_policy(const struct options *options) {
    const char *word = options_operand(options, 0);
    bool is_accept = strcmp(word, "accept") == 0;
    bool is_needed = false;
    if (!is_accept && strcmp(word, "restore") != 0) {
        struct shown shown;
        say("a policy can't be \"%s\"; say accept or restore", say_show(word, &shown));
        return EXIT_USAGE;
    }
    enum exit_code code = order_is_needed(&is_needed);
    if (code == EXIT_DONE && !is_needed) {
        say("no passphrase is set, so the policy isn't sealed: whatever config.json says counts");
        return EXIT_NO;
    }
    if (code != EXIT_DONE) {
        return code;
    }
    const struct config_change change = {.kind = is_accept ? CONFIG_ACCEPT : CONFIG_RESTORE};
    const struct change_name name = {
        .event = "policy", .action = word, .message = "", .options = options};
    return order_send(&change, &name);
}
