/* SPDX-License-Identifier: MIT */
/* Which of the policy's rights each action needs, and for what. */
#include "daemon/right.h"

#include "daemon/policy.h"
#include "libkc/message.h"

#include <stddef.h>

bool right_needs_search(const struct request *request) {
    return request->action == KC_ACTION_SEARCH || request->match == KC_MATCH_PREFIX;
}

static bool has_right(const struct policy_entry *entry, enum kc_action action) {
    bool reads = policy_entry_grant_count(entry, RIGHT_READ) > 0;
    bool writes = policy_entry_grant_count(entry, RIGHT_WRITE) > 0;
    switch (action) {
    case KC_ACTION_READ:
        return reads;
    case KC_ACTION_WRITE:
    case KC_ACTION_DELETE:
        return writes;
    case KC_ACTION_SEARCH:
        return reads || writes;
    default:
        break; /* no right of the policy's */
    }
    return false;
}

static bool is_granted(const struct policy_entry *entry, const struct request *request,
                       const char *target, enum kc_match match) {
    const char *service = request->service;
    switch (request->action) {
    case KC_ACTION_READ:
        return policy_entry_allows(entry, RIGHT_READ, service, target, match);
    case KC_ACTION_WRITE:
    case KC_ACTION_DELETE:
        return policy_entry_allows(entry, RIGHT_WRITE, service, target, match);
    case KC_ACTION_SEARCH:
        return policy_entry_allows(entry, RIGHT_READ, service, target, match) ||
               policy_entry_allows(entry, RIGHT_WRITE, service, target, match);
    default:
        break; /* no right of the policy's */
    }
    return false;
}

/* Whether all that is asked is granted; if not, `ret_target` is the first that isn't (NULL: the
 * whole service). The targets of a search are prefixes; no target at all is everything. */
static bool all_granted(const struct policy_entry *entry, const struct request *request,
                        const char **ret_target) {
    enum kc_match match = right_needs_search(request) ? KC_MATCH_PREFIX : KC_MATCH_EXACT;
    if (request->target_count == 0) {
        *ret_target = NULL;
        return is_granted(entry, request, "", KC_MATCH_PREFIX);
    }
    for (size_t i = 0; i < request->target_count; i++) {
        if (!is_granted(entry, request, request->targets[i], match)) {
            *ret_target = request->targets[i];
            return false;
        }
    }
    return true;
}

enum kc_reason right_check(const struct policy_entry *entry, const struct request *request,
                           struct right_lack *ret_lack) {
    struct right_lack lack = {.action = !has_right(entry, request->action),
                              .search =
                                  right_needs_search(request) && !policy_entry_can_search(entry)};
    lack.grant = !all_granted(entry, request, &lack.target);
    *ret_lack = lack;
    if (lack.search || lack.action) {
        return KC_REASON_ACTION_NOT_IN_POLICY;
    }
    return lack.grant ? KC_REASON_SERVICE_NOT_ALLOWED : KC_REASON_NONE;
}
