/* SPDX-License-Identifier: MIT */
/*
 * config.json turned into values. The parsed document is kept, and entries borrow their text
 * from it: nothing is copied, and nothing changes after policy_parse(). What a grant covers is
 * grant's to know; files and locks are config's.
 */
#include "daemon/policy.h"

#include "daemon/audit.h"
#include "daemon/grant.h"
#include "daemon/policy_internal.h"
#include "libkc/message_memory.h"
#include "libkc/parse.h"
#include "platform/check.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct policy {
    json_t *document; /* NULL: an empty policy */
    const char *store;
    enum caller_rule caller_rule;
    struct audit_limits limits;
    size_t count;
    struct policy_entry *entries;      /* in the order of the file */
    const struct policy_entry **index; /* by hash, then path */
};

static int compare_entries(const void *one, const void *other) {
    const struct policy_entry *left = *(const struct policy_entry *const *)one;
    const struct policy_entry *right = *(const struct policy_entry *const *)other;
    int order = strcmp(left->hash, right->hash);
    return order != 0 ? order : strcmp(left->path, right->path);
}

static enum kc_error build_index(struct policy *policy, char why[KC_MESSAGE_MAX]) {
    for (size_t i = 0; i < policy->count; i++) {
        policy->index[i] = &policy->entries[i];
    }
    qsort(policy->index, policy->count, sizeof(const struct policy_entry *), compare_entries);
    for (size_t i = 1; i < policy->count; i++) {
        if (compare_entries(&policy->index[i - 1], &policy->index[i]) == 0) {
            char path[KC_MESSAGE_MAX / 2];
            const char *twice = policy->index[i]->path;
            return policy_refuse(
                why, POLICY_ENTRIES_KEY " has two entries for \"%s\" with the same hash",
                parse_escape(twice, strlen(twice), path, sizeof path));
        }
    }
    return KC_OK;
}

static enum kc_error read_entries(struct policy *policy, char why[KC_MESSAGE_MAX]) {
    const json_t *list = json_object_get(policy->document, POLICY_ENTRIES_KEY);
    if (list != NULL && !json_is_array(list)) {
        return policy_refuse(why, POLICY_ENTRIES_KEY " must be a list");
    }
    size_t count = json_array_size(list);
    if (count == 0) {
        return KC_OK;
    }
    policy->entries = calloc(count, sizeof *policy->entries);
    policy->index = calloc(count, sizeof(const struct policy_entry *));
    if (policy->entries == NULL || policy->index == NULL) {
        return KC_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        struct place place = {.object = json_array_get(list, i), .number = i, .why = why};
        enum kc_error error = policy_read_entry(&place, &policy->entries[i]);
        if (error != KC_OK) {
            return error;
        }
    }
    policy->count = count;
    return build_index(policy, why);
}

static enum kc_error read_store(struct policy *policy, char why[KC_MESSAGE_MAX]) {
    static const char *const stores[] = {"file", "secret-service", "memory", "auto"};
    const json_t *store = json_object_get(policy->document, "store");
    if (store == NULL) {
        return KC_OK;
    }
    for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++) {
        if (json_is_string(store) && strcmp(json_string_value(store), stores[i]) == 0) {
            policy->store = stores[i];
            return KC_OK;
        }
    }
    return policy_refuse(why, "store must be \"file\", \"secret-service\", \"memory\" or \"auto\"");
}

static enum kc_error read_caller_rule(struct policy *policy, char why[KC_MESSAGE_MAX]) {
    static const char *const rules[] = {[CALLER_CHAIN] = "chain", [CALLER_NEAREST] = "nearest"};
    const json_t *rule = json_object_get(policy->document, "caller_rule");
    if (rule == NULL) {
        return KC_OK;
    }
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (json_is_string(rule) && strcmp(json_string_value(rule), rules[i]) == 0) {
            policy->caller_rule = (enum caller_rule)i;
            return KC_OK;
        }
    }
    return policy_refuse(why, "caller_rule must be \"chain\" or \"nearest\"");
}

/* Leaves `number` alone where the key isn't there. */
static bool read_bounded(const json_t *object, const char *key, uint64_t max, uint64_t *number) {
    const json_t *value = json_object_get(object, key);
    if (value == NULL) {
        return true;
    }
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        (uint64_t)json_integer_value(value) > max) {
        return false;
    }
    *number = (uint64_t)json_integer_value(value);
    return true;
}

static enum kc_error read_limits(struct policy *policy, char why[KC_MESSAGE_MAX]) {
    const json_t *audit = json_object_get(policy->document, "audit");
    const json_t *packs = json_object_get(audit, "compress");
    struct audit_limits *limits = &policy->limits;
    if (audit != NULL && !json_is_object(audit)) {
        return policy_refuse(why, "audit must be an object");
    }
    if (!read_bounded(audit, "rotate_bytes", AUDIT_ROTATE_BYTES_MAX, &limits->bytes) ||
        (limits->bytes > 0 && limits->bytes < AUDIT_ROTATE_BYTES_MIN)) {
        return policy_refuse(why, "audit.rotate_bytes must be 0, or %llu to %llu",
                             (unsigned long long)AUDIT_ROTATE_BYTES_MIN,
                             (unsigned long long)AUDIT_ROTATE_BYTES_MAX);
    }
    if (!read_bounded(audit, "rotate_days", AUDIT_ROTATE_DAYS_MAX, &limits->days)) {
        return policy_refuse(why, "audit.rotate_days must be 0 to %d", AUDIT_ROTATE_DAYS_MAX);
    }
    if (packs != NULL && !json_is_boolean(packs)) {
        return policy_refuse(why, "audit.compress must be true or false");
    }
    limits->packs = packs == NULL || json_is_true(packs);
    return KC_OK;
}

static enum kc_error read_head(struct policy *policy, char why[KC_MESSAGE_MAX]) {
    if (!json_is_object(policy->document)) {
        return policy_refuse(why, "it must be a JSON object");
    }
    const json_t *version = json_object_get(policy->document, "protocol_version");
    if (version != NULL &&
        (!json_is_string(version) || strcmp(json_string_value(version), "1") != 0)) {
        return policy_refuse(why, "protocol_version must be \"1\"");
    }
    enum kc_error error = read_store(policy, why);
    if (error == KC_OK) {
        error = read_caller_rule(policy, why);
    }
    return error == KC_OK ? read_limits(policy, why) : error;
}

static enum kc_error load_document(const char *text, size_t length, json_t **ret_document,
                                   char why[KC_MESSAGE_MAX]) {
    json_error_t trouble;
    enum kc_error error =
        message_load_json(text, length, JSON_REJECT_DUPLICATES, ret_document, &trouble);
    if (error != KC_INVALID) {
        return error;
    }
    char said[KC_MESSAGE_MAX / 2];
    return policy_refuse(
        why, "line %d, column %d: %s", trouble.line, trouble.column,
        parse_escape_sentence(trouble.text, strlen(trouble.text), said, sizeof said));
}

enum kc_error policy_parse(const char *text, size_t length, struct policy **ret_policy,
                           char why[KC_MESSAGE_MAX]) {
    KC_AUTO(policy) policy = calloc(1, sizeof *policy);
    if (policy == NULL) {
        return KC_NO_MEMORY;
    }
    policy->limits = (struct audit_limits)AUDIT_LIMITS_DEFAULT;
    enum kc_error error = KC_OK;
    if (length > 0) {
        error = load_document(text, length, &policy->document, why);
        if (error == KC_OK) {
            error = read_head(policy, why);
        }
        if (error == KC_OK) {
            error = read_entries(policy, why);
        }
    }
    if (error == KC_OK) {
        *ret_policy = policy;
        policy = NULL;
    }
    return error;
}

void policy_free(struct policy *policy) {
    if (policy == NULL) {
        return;
    }
    json_decref(policy->document);
    free(policy->entries);
    free(policy->index);
    free(policy);
}

/* For the negative controls: what a daemon would find that compares only one of the two. */
static const struct policy_entry *find_by_half(const struct policy *policy, const char *path,
                                               const char *hash) {
    for (size_t i = 0; i < policy->count; i++) {
        const struct policy_entry *entry = &policy->entries[i];
        bool path_fits = !check_is_on("policy_path") || strcmp(entry->path, path) == 0;
        bool hash_fits = !check_is_on("policy_hash") || strcmp(entry->hash, hash) == 0;
        if (path_fits && hash_fits) {
            return entry;
        }
    }
    return NULL;
}

const struct policy_entry *policy_find(const struct policy *policy, const char *path,
                                       const char *hash) {
    if (policy->count == 0) {
        return NULL;
    }
    const struct policy_entry wanted = {.path = path, .hash = hash};
    const struct policy_entry *key = &wanted;
    const struct policy_entry *const *found = bsearch(
        &key, policy->index, policy->count, sizeof(const struct policy_entry *), compare_entries);
    if (found == NULL && !(check_is_on("policy_path") && check_is_on("policy_hash"))) {
        return find_by_half(policy, path, hash);
    }
    return found == NULL ? NULL : *found;
}

bool policy_has_another(const struct policy *policy, const char *path, const char *hash) {
    for (size_t i = 0; i < policy->count; i++) {
        if (strcmp(policy->entries[i].path, path) == 0) {
            return policy_find(policy, path, hash) == NULL;
        }
    }
    return false;
}

size_t policy_count(const struct policy *policy) {
    return policy->count;
}

const struct policy_entry *policy_at(const struct policy *policy, size_t index) {
    return index < policy->count ? &policy->entries[index] : NULL;
}

const char *policy_store(const struct policy *policy) {
    return policy->store;
}

enum caller_rule policy_caller_rule(const struct policy *policy) {
    return policy->caller_rule;
}

const struct audit_limits *policy_audit_limits(const struct policy *policy) {
    return &policy->limits;
}

enum kc_error policy_check_grant(const char *grant) {
    return grant_check(grant);
}
