/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as config.json: refused with a reason, or a policy that is consistent with itself.
 * links: daemon/policy.c daemon/policy_entry.c daemon/grant.c kc_static -ljansson
 */
#include "daemon/policy.h"
#include "libkc/parse.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

static void check_grants(const struct policy_entry *entry, enum right right) {
    for (size_t i = 0; i < policy_entry_grant_count(entry, right); i++) {
        const char *grant = policy_entry_grant(entry, right, i);
        require(policy_check_grant(grant) == KC_OK);
        if (strpbrk(grant, "/%") == NULL) {
            bool is_allowed = policy_entry_allows(entry, right, grant, "", KC_MATCH_PREFIX);
            require(is_allowed == !policy_entry_is_helper(entry));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    KC_AUTO(policy) policy = NULL;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = policy_parse((const char *)bytes, length, &policy, why);
    if (error != KC_OK) {
        require(error == KC_INVALID && policy == NULL && why[0] != '\0');
        require(parse_is_utf8(why, strlen(why)));
        return 0;
    }
    enum caller_rule rule = policy_caller_rule(policy);
    require(rule == CALLER_CHAIN || rule == CALLER_NEAREST);
    for (size_t i = 0; i < policy_count(policy); i++) {
        const struct policy_entry *entry = policy_at(policy, i);
        const char *path = policy_entry_path(entry);
        require(path[0] == '/' && parse_is_hex(policy_entry_hash(entry), 64));
        require(policy_find(policy, path, policy_entry_hash(entry)) == entry);
        check_grants(entry, RIGHT_READ);
        check_grants(entry, RIGHT_WRITE);
        const char *interpreter = policy_entry_interpreter(entry);
        require(interpreter == NULL || interpreter[0] == '/');
    }
    return 0;
}
