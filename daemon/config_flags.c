/* SPDX-License-Identifier: MIT */
/* One row for each flag; whoever sets, reads, lists or reports flags walks over them. */
#include "daemon/config_flags.h"

#include "daemon/policy.h"

#include <stddef.h>

const struct config_flag_row config_flags[CONFIG_FLAG_COUNT] = {
    [CONFIG_SEARCH] = {.option = "search",
                       .key = "can_search",
                       .is_right = true,
                       .is_on = policy_entry_can_search},
    [CONFIG_PLAIN] = {.option = "plain", .key = "plain", .is_on = policy_entry_is_plain},
    [CONFIG_JIT] = {.option = "jit",
                    .key = "code",
                    .word = "jit",
                    .is_on = policy_entry_may_make_code,
                    .report = "it may make code as it runs"},
    [CONFIG_HELPER] = {.option = "helper",
                       .key = "helper",
                       .is_on = policy_entry_is_helper,
                       .report = "it is a helper: its callers' rights count"},
    [CONFIG_LAUNCHER] = {.option = "launcher",
                         .key = "launcher",
                         .is_right = true,
                         .is_on = policy_entry_is_launcher,
                         .report = "it hands rights on"},
    [CONFIG_SESSION_ROOT] = {.option = "session-root",
                             .key = "session_root",
                             .is_right = true,
                             .is_on = policy_entry_is_session_root,
                             .report = "a chain may end at it"},
    [CONFIG_INLINE] = {.option = "inline",
                       .key = "inline",
                       .is_right = true,
                       .is_on = policy_entry_may_run_inline,
                       .report = "code without a name counts as it"},
    [CONFIG_INTERACTIVE] = {.option = "interactive",
                            .key = "interactive",
                            .is_usual = true,
                            .is_on = policy_entry_may_be_interactive,
                            .report = "not while it is used interactively"},
    [CONFIG_ANCESTRY] = {.option = "ancestry-chain",
                         .key = "ancestry",
                         .word = "chain",
                         .is_on = policy_entry_asks_for_chain,
                         .report = "its callers must pass, too"},
};

bool config_flags_are_left(const enum config_flag flags[CONFIG_FLAG_COUNT]) {
    for (size_t i = 0; i < CONFIG_FLAG_COUNT; i++) {
        if (flags[i] != CONFIG_LEAVE) {
            return false;
        }
    }
    return true;
}
