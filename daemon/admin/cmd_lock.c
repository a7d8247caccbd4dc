/* SPDX-License-Identifier: MIT */
/* lock: the daemon forgets its key, at once. Nothing is asked: whoever locks takes nothing. */
#include "daemon/admin/admin.h"

#include "daemon/admin/answer.h"

enum exit_code cmd_lock(const struct options *options) {
    KC_AUTO(answer) answer = NULL;
    const struct kc_query query = {.action = "lock", .administration = 1};
    return answer_get(options, &query, &answer);
}
