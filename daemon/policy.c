/* SPDX-License-Identifier: MIT */
/*
 * config.json turned into values. The parsed document is kept, and entries borrow their text
 * from it: nothing is copied, and nothing changes after policy_parse(). What a grant covers is
 * grant's to know; files and locks are config's.
 */
#include "daemon/policy.h"

#include "daemon/grant.h"
#include "libkc/parse.h"

#include <jansson.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_LENGTH       64
#define REGISTERED_AT_MAX 64
#define ENTRIES_KEY       "registered_binaries"

struct policy_entry {
    const char *path;
    const char *hash;
    const char *registered_at;
    const json_t *grants[RIGHT_WRITE + 1]; /* NULL: none */
    bool can_search;
    bool is_plain;
    const char *unsupported;
};

struct policy {
    json_t *document; /* NULL: an empty policy */
    const char *store;
    size_t count;
    struct policy_entry *entries;      /* in the order of the file */
    const struct policy_entry **index; /* by hash, then path */
};

/* The entry that is being read, for what complaints say. */
struct place {
    const json_t *object;
    size_t number;
    char *why;
};

KC_PRINTF(2, 3)
static enum kc_error refuse(char why[KC_MESSAGE_MAX], const char *format, ...) {
    va_list values;
    va_start(values, format);
    (void)vsnprintf(why, KC_MESSAGE_MAX, format, values);
    va_end(values);
    return KC_INVALID;
}

static enum kc_error refuse_key(const struct place *place, const char *key, const char *rule) {
    return refuse(place->why, ENTRIES_KEY "[%zu].%s %s", place->number, key, rule);
}

static enum kc_error read_path(const struct place *place, const char **ret_path) {
    const char *path = json_string_value(json_object_get(place->object, "path"));
    if (path == NULL || path[0] != '/') {
        return refuse_key(place, "path", "must be an absolute path");
    }
    *ret_path = path;
    return KC_OK;
}

static enum kc_error read_hash(const struct place *place, const char **ret_hash) {
    const char *hash = json_string_value(json_object_get(place->object, "hash"));
    if (hash == NULL || !parse_is_hex(hash, HASH_LENGTH)) {
        return refuse_key(place, "hash", "must be 64 lower-case hex digits");
    }
    *ret_hash = hash;
    return KC_OK;
}

/* Only shown, so its form is free: a date in a person's own style must not deny everything. */
static enum kc_error read_registered_at(const struct place *place, const char **ret_text) {
    const json_t *value = json_object_get(place->object, "registered_at");
    const char *text = value == NULL ? "" : json_string_value(value);
    if (text == NULL ||
        (text[0] != '\0' && parse_name(text, strlen(text), REGISTERED_AT_MAX) != KC_OK)) {
        return refuse_key(place, "registered_at", "must be a time");
    }
    *ret_text = text;
    return KC_OK;
}

static enum kc_error read_flag(const struct place *place, const char *key, bool *ret_flag) {
    const json_t *value = json_object_get(place->object, key);
    if (value != NULL && !json_is_boolean(value)) {
        return refuse_key(place, key, "must be true or false");
    }
    *ret_flag = json_is_true(value);
    return KC_OK;
}

static enum kc_error read_grants(const struct place *place, const char *key,
                                 const json_t **ret_grants) {
    const json_t *value = json_object_get(place->object, key);
    if (value != NULL && !json_is_array(value)) {
        return refuse_key(place, key, "must be a list of grants");
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *grant = json_string_value(json_array_get(value, i));
        if (grant == NULL || grant_check(grant) != KC_OK) {
            return refuse(place->why,
                          ENTRIES_KEY "[%zu].%s[%zu] must be SERVICE or SERVICE/GLOB, with "
                                      "%%2F %%2C %%25 for / , %% in SERVICE",
                          place->number, key, i);
        }
    }
    *ret_grants = value;
    return KC_OK;
}

static const char *find_unsupported(const json_t *object) {
    static const char *const keys[] = {"helper",    "launcher", "ancestry",    "code",
                                       "libraries", "inline",   "session_root"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const json_t *value = json_object_get(object, keys[i]);
        if (value != NULL && !json_is_false(value) && !json_is_null(value)) {
            return keys[i];
        }
    }
    return NULL;
}

static enum kc_error read_entry(const struct place *place, struct policy_entry *ret_entry) {
    if (!json_is_object(place->object)) {
        return refuse(place->why, ENTRIES_KEY "[%zu] must be an object", place->number);
    }
    struct policy_entry entry = {.unsupported = find_unsupported(place->object)};
    enum kc_error error = read_path(place, &entry.path);
    if (error == KC_OK) {
        error = read_hash(place, &entry.hash);
    }
    if (error == KC_OK) {
        error = read_registered_at(place, &entry.registered_at);
    }
    if (error == KC_OK) {
        error = read_grants(place, "allowed_read_services", &entry.grants[RIGHT_READ]);
    }
    if (error == KC_OK) {
        error = read_grants(place, "allowed_write_services", &entry.grants[RIGHT_WRITE]);
    }
    if (error == KC_OK) {
        error = read_flag(place, "can_search", &entry.can_search);
    }
    if (error == KC_OK) {
        error = read_flag(place, "plain", &entry.is_plain);
    }
    if (error == KC_OK) {
        *ret_entry = entry;
    }
    return error;
}

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
            return refuse(why, ENTRIES_KEY " has two entries for \"%s\" with the same hash",
                          parse_escape(twice, strlen(twice), path, sizeof path));
        }
    }
    return KC_OK;
}

static enum kc_error read_entries(struct policy *policy, char why[KC_MESSAGE_MAX]) {
    const json_t *list = json_object_get(policy->document, ENTRIES_KEY);
    if (list != NULL && !json_is_array(list)) {
        return refuse(why, ENTRIES_KEY " must be a list");
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
        enum kc_error error = read_entry(&place, &policy->entries[i]);
        if (error != KC_OK) {
            return error;
        }
    }
    policy->count = count;
    return build_index(policy, why);
}

static enum kc_error read_head(struct policy *policy, char why[KC_MESSAGE_MAX]) {
    if (!json_is_object(policy->document)) {
        return refuse(why, "it must be a JSON object");
    }
    const json_t *version = json_object_get(policy->document, "protocol_version");
    if (version != NULL &&
        (!json_is_string(version) || strcmp(json_string_value(version), "1") != 0)) {
        return refuse(why, "protocol_version must be \"1\"");
    }

    const json_t *store = json_object_get(policy->document, "store");
    if (store == NULL) {
        return KC_OK;
    }
    static const char *const stores[] = {"file", "memory", "auto"};
    for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++) {
        if (json_is_string(store) && strcmp(json_string_value(store), stores[i]) == 0) {
            policy->store = stores[i];
            return KC_OK;
        }
    }
    return refuse(why, "store must be \"file\", \"memory\" or \"auto\"");
}

static enum kc_error load_document(const char *text, size_t length, json_t **ret_document,
                                   char why[KC_MESSAGE_MAX]) {
    json_error_t error;
    json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (document != NULL) {
        *ret_document = document;
        return KC_OK;
    }
    if (json_error_code(&error) == json_error_out_of_memory) {
        return KC_NO_MEMORY;
    }
    char said[KC_MESSAGE_MAX / 2];
    return refuse(why, "line %d, column %d: %s", error.line, error.column,
                  parse_escape_sentence(error.text, strlen(error.text), said, sizeof said));
}

enum kc_error policy_parse(const char *text, size_t length, struct policy **ret_policy,
                           char why[KC_MESSAGE_MAX]) {
    KC_AUTO(policy) policy = calloc(1, sizeof *policy);
    if (policy == NULL) {
        return KC_NO_MEMORY;
    }
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

const struct policy_entry *policy_find(const struct policy *policy, const char *path,
                                       const char *hash) {
    if (policy->count == 0) {
        return NULL;
    }
    const struct policy_entry wanted = {.path = path, .hash = hash};
    const struct policy_entry *key = &wanted;
    const struct policy_entry *const *found = bsearch(
        &key, policy->index, policy->count, sizeof(const struct policy_entry *), compare_entries);
    return found == NULL ? NULL : *found;
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

const char *policy_entry_path(const struct policy_entry *entry) {
    return entry->path;
}

const char *policy_entry_hash(const struct policy_entry *entry) {
    return entry->hash;
}

const char *policy_entry_registered_at(const struct policy_entry *entry) {
    return entry->registered_at;
}

bool policy_entry_can_search(const struct policy_entry *entry) {
    return entry->can_search;
}

bool policy_entry_is_plain(const struct policy_entry *entry) {
    return entry->is_plain;
}

const char *policy_entry_unsupported(const struct policy_entry *entry) {
    return entry->unsupported;
}

size_t policy_entry_grant_count(const struct policy_entry *entry, enum right right) {
    return json_array_size(entry->grants[right]);
}

const char *policy_entry_grant(const struct policy_entry *entry, enum right right, size_t index) {
    return json_string_value(json_array_get(entry->grants[right], index));
}

bool policy_entry_allows(const struct policy_entry *entry, enum right right, const char *service,
                         const char *target, enum kc_match match) {
    if (entry->unsupported != NULL) {
        return false;
    }
    for (size_t i = 0; i < policy_entry_grant_count(entry, right); i++) {
        if (grant_covers(policy_entry_grant(entry, right, i), service, target, match)) {
            return true;
        }
    }
    return false;
}

enum kc_error policy_check_grant(const char *grant) {
    return grant_check(grant);
}
