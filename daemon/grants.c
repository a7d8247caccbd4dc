/* SPDX-License-Identifier: MIT */
/* A grant to read that is one to write, too, is told once. */
#include "daemon/grants.h"

#include "daemon/policy.h"
#include "libkc/message.h"

#include <stdlib.h>
#include <string.h>

static struct result *find_or_add(struct result *results, size_t *count, const char *grant) {
    for (size_t i = 0; i < *count; i++) {
        if (results[i].target != NULL && strcmp(results[i].target, grant) == 0) {
            return &results[i];
        }
    }
    results[*count].target = strdup(grant);
    if (results[*count].target == NULL) {
        return NULL;
    }
    *count += 1;
    return &results[*count - 1];
}

static enum kc_error tell_right(const struct policy_entry *entry, enum right right,
                                struct result *results, size_t *count) {
    enum kc_error error = KC_OK;
    for (size_t i = 0; i < policy_entry_grant_count(entry, right) && error == KC_OK; i++) {
        struct result *result = find_or_add(results, count, policy_entry_grant(entry, right, i));
        error = result == NULL ? KC_NO_MEMORY
                               : attributes_add(&result->attributes,
                                                right == RIGHT_READ ? "read" : "write", "1");
        if (error == KC_OK && policy_entry_can_search(entry)) {
            error = attributes_add(&result->attributes, "search", "1");
        }
        if (error == KC_EXISTS) {
            error = KC_OK; /* told before: named twice, or with the other right */
        }
    }
    return error;
}

enum kc_error grants_tell(const struct policy_entry *entry, struct result **ret_results,
                          size_t *ret_count) {
    if (entry == NULL) {
        return KC_OK;
    }
    size_t most =
        policy_entry_grant_count(entry, RIGHT_READ) + policy_entry_grant_count(entry, RIGHT_WRITE);
    struct result *results = calloc(most + 1, sizeof *results);
    if (results == NULL) {
        return KC_NO_MEMORY;
    }
    *ret_results = results;
    enum kc_error error = tell_right(entry, RIGHT_READ, results, ret_count);
    return error == KC_OK ? tell_right(entry, RIGHT_WRITE, results, ret_count) : error;
}
