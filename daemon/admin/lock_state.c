/* SPDX-License-Identifier: MIT */
/* Reads one fact of `status`. */
#include "daemon/admin/lock_state.h"

#include "daemon/admin/answer.h"

#include <string.h>

enum exit_code lock_state_ask(struct answer *answer, struct lock_state *ret_state) {
    const struct kc_query query = {.action = "status", .administration = 1};
    enum exit_code code = answer_ask(answer, &query);
    if (code != EXIT_DONE) {
        return code;
    }
    struct lock_state state = {.has_passphrase = false};
    size_t count = kc_answer_attribute_count(answer->answer, 0);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(kc_answer_attribute_name(answer->answer, 0, i), "lock") == 0) {
            const char *word = kc_answer_attribute_value(answer->answer, 0, i);
            state.has_passphrase = strcmp(word, "none") != 0;
            state.is_locked = strcmp(word, "locked") == 0;
        }
    }
    *ret_state = state;
    return EXIT_DONE;
}
