/* SPDX-License-Identifier: MIT */
/* Looks for the hash among the helpers of the policy. */
#include "daemon/admin/helper_copy.h"

#include "daemon/admin/places.h"
#include "daemon/admin/say.h"
#include "daemon/admin/subject.h"
#include "daemon/config.h"
#include "daemon/policy.h"

#include <string.h>

static const struct policy_entry *find_original(const struct policy *policy,
                                                const struct subject *subject) {
    for (size_t i = 0; i < policy_count(policy); i++) {
        const struct policy_entry *entry = policy_at(policy, i);
        if (policy_entry_is_helper(entry) && strcmp(policy_entry_hash(entry), subject->hash) == 0 &&
            strcmp(policy_entry_path(entry), subject->path) != 0) {
            return entry;
        }
    }
    return NULL;
}

void helper_copy_warn(const struct subject *subject) {
    KC_AUTO(places) places = NULL;
    KC_AUTO(config) config = NULL;
    struct shown copy;
    struct shown original;
    if (places_new(&places) != EXIT_DONE || config_new(places->config, &config) != KC_OK) {
        return;
    }
    (void)config_refresh(config);
    const struct policy *policy = config_policy(config);
    const struct policy_entry *entry = policy == NULL ? NULL : find_original(policy, subject);
    if (entry != NULL) {
        say_warning("\"%s\" is a copy of the helper \"%s\": without --helper, every program that "
                    "runs it can use the rights that you give it",
                    say_show(subject->path, &copy), say_show(policy_entry_path(entry), &original));
    }
}
