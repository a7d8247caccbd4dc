/* SPDX-License-Identifier: MIT */
/* One registered binary: read from its object, and asked. */
#include "daemon/policy_internal.h"

#include "daemon/grant.h"
#include "libkc/parse.h"

#include <jansson.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HASH_LENGTH       64
#define REGISTERED_AT_MAX 64

enum kc_error policy_refuse(char why[KC_MESSAGE_MAX], const char *format, ...) {
    va_list values;
    va_start(values, format);
    (void)vsnprintf(why, KC_MESSAGE_MAX, format, values);
    va_end(values);
    return KC_INVALID;
}

static enum kc_error refuse_key(const struct place *place, const char *key, const char *rule) {
    return policy_refuse(place->why, POLICY_ENTRIES_KEY "[%zu].%s %s", place->number, key, rule);
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
            return policy_refuse(place->why,
                                 POLICY_ENTRIES_KEY
                                 "[%zu].%s[%zu] must be SERVICE or SERVICE/GLOB, with "
                                 "%%2F %%2C %%25 for / , %% in SERVICE",
                                 place->number, key, i);
        }
    }
    *ret_grants = value;
    return KC_OK;
}

static enum kc_error read_code(const struct place *place, bool *ret_may_make_code) {
    const json_t *value = json_object_get(place->object, "code");
    bool is_jit = json_is_string(value) && strcmp(json_string_value(value), "jit") == 0;
    if (value != NULL && !json_is_null(value) && !is_jit) {
        return refuse_key(place, "code", "must be \"jit\"");
    }
    *ret_may_make_code = is_jit;
    return KC_OK;
}

static bool is_library(const json_t *value) {
    const char *path = json_string_value(json_object_get(value, "path"));
    const char *hash = json_string_value(json_object_get(value, "hash"));
    return path != NULL && path[0] == '/' && hash != NULL && parse_is_hex(hash, HASH_LENGTH);
}

static enum kc_error read_libraries(const struct place *place, const json_t **ret_libraries) {
    const json_t *value = json_object_get(place->object, "libraries");
    if (value != NULL && !json_is_array(value)) {
        return refuse_key(place, "libraries", "must be a list");
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!is_library(json_array_get(value, i))) {
            return policy_refuse(place->why,
                                 POLICY_ENTRIES_KEY
                                 "[%zu].libraries[%zu] must be an object with an absolute "
                                 "path and a hash of 64 lower-case hex digits",
                                 place->number, i);
        }
    }
    *ret_libraries = value;
    return KC_OK;
}

/* The one key that is on when it isn't there. */
static enum kc_error read_interactive(const struct place *place, bool *ret_may_be_interactive) {
    bool is_set = false;
    enum kc_error error = read_flag(place, "interactive", &is_set);
    if (error == KC_OK) {
        *ret_may_be_interactive = is_set || json_object_get(place->object, "interactive") == NULL;
    }
    return error;
}

static enum kc_error read_ancestry(const struct place *place, bool *ret_asks_for_chain) {
    const json_t *value = json_object_get(place->object, "ancestry");
    if (value != NULL &&
        (!json_is_string(value) || strcmp(json_string_value(value), "chain") != 0)) {
        return refuse_key(place, "ancestry", "must be \"chain\"");
    }
    *ret_asks_for_chain = value != NULL;
    return KC_OK;
}

static enum kc_error read_interpreter(const struct place *place, const char **ret_interpreter) {
    const json_t *value = json_object_get(place->object, "interpreter");
    const char *path = json_string_value(value);
    if (value != NULL && (path == NULL || path[0] != '/')) {
        return refuse_key(place, "interpreter", "must be an absolute path");
    }
    *ret_interpreter = path;
    return KC_OK;
}

static enum kc_error read_names(const struct place *place, struct policy_entry *entry) {
    enum kc_error error = read_path(place, &entry->path);
    if (error == KC_OK) {
        error = read_hash(place, &entry->hash);
    }
    if (error == KC_OK) {
        error = read_registered_at(place, &entry->registered_at);
    }
    return error == KC_OK ? read_interpreter(place, &entry->interpreter) : error;
}

static enum kc_error read_rights(const struct place *place, struct policy_entry *entry) {
    enum kc_error error = read_grants(place, "allowed_read_services", &entry->grants[RIGHT_READ]);
    if (error == KC_OK) {
        error = read_grants(place, "allowed_write_services", &entry->grants[RIGHT_WRITE]);
    }
    if (error == KC_OK) {
        error = read_flag(place, "can_search", &entry->can_search);
    }
    if (error == KC_OK) {
        error = read_flag(place, "plain", &entry->is_plain);
    }
    if (error == KC_OK) {
        error = read_code(place, &entry->may_make_code);
    }
    return error == KC_OK ? read_libraries(place, &entry->libraries) : error;
}

/* What it is among the processes above somebody who asks. */
static enum kc_error read_standing(const struct place *place, struct policy_entry *entry) {
    const struct {
        const char *key;
        bool *ret_flag;
    } flags[] = {{"helper", &entry->is_helper},
                 {"launcher", &entry->is_launcher},
                 {"session_root", &entry->is_session_root},
                 {"inline", &entry->may_run_inline}};
    enum kc_error error = KC_OK;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0] && error == KC_OK; i++) {
        error = read_flag(place, flags[i].key, flags[i].ret_flag);
    }
    if (error == KC_OK) {
        error = read_interactive(place, &entry->may_be_interactive);
    }
    return error == KC_OK ? read_ancestry(place, &entry->asks_for_chain) : error;
}

enum kc_error policy_read_entry(const struct place *place, struct policy_entry *ret_entry) {
    if (!json_is_object(place->object)) {
        return policy_refuse(place->why, POLICY_ENTRIES_KEY "[%zu] must be an object",
                             place->number);
    }
    struct policy_entry entry = {0};
    enum kc_error error = read_names(place, &entry);
    if (error == KC_OK) {
        error = read_rights(place, &entry);
    }
    if (error == KC_OK) {
        error = read_standing(place, &entry);
    }
    if (error == KC_OK) {
        *ret_entry = entry;
    }
    return error;
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

bool policy_entry_may_make_code(const struct policy_entry *entry) {
    return entry->may_make_code;
}

size_t policy_entry_library_count(const struct policy_entry *entry) {
    return json_array_size(entry->libraries);
}

static const char *library_text(const struct policy_entry *entry, size_t index, const char *key) {
    return json_string_value(json_object_get(json_array_get(entry->libraries, index), key));
}

const char *policy_entry_library_path(const struct policy_entry *entry, size_t index) {
    return library_text(entry, index, "path");
}

const char *policy_entry_library_hash(const struct policy_entry *entry, size_t index) {
    return library_text(entry, index, "hash");
}

bool policy_entry_allows_library(const struct policy_entry *entry, const char *path,
                                 const char *hash) {
    for (size_t i = 0; i < policy_entry_library_count(entry); i++) {
        if (strcmp(policy_entry_library_path(entry, i), path) == 0 &&
            strcmp(policy_entry_library_hash(entry, i), hash) == 0) {
            return true;
        }
    }
    return false;
}

bool policy_entry_is_helper(const struct policy_entry *entry) {
    return entry->is_helper;
}

bool policy_entry_is_launcher(const struct policy_entry *entry) {
    return entry->is_launcher;
}

bool policy_entry_is_session_root(const struct policy_entry *entry) {
    return entry->is_session_root;
}

bool policy_entry_may_run_inline(const struct policy_entry *entry) {
    return entry->may_run_inline;
}

bool policy_entry_may_be_interactive(const struct policy_entry *entry) {
    return entry->may_be_interactive;
}

bool policy_entry_asks_for_chain(const struct policy_entry *entry) {
    return entry->asks_for_chain;
}

const char *policy_entry_interpreter(const struct policy_entry *entry) {
    return entry->interpreter;
}

size_t policy_entry_grant_count(const struct policy_entry *entry, enum right right) {
    return json_array_size(entry->grants[right]);
}

const char *policy_entry_grant(const struct policy_entry *entry, enum right right, size_t index) {
    return json_string_value(json_array_get(entry->grants[right], index));
}

bool policy_entry_allows(const struct policy_entry *entry, enum right right, const char *service,
                         const char *target, enum kc_match match) {
    /* Whatever somebody wrote into its entry: a helper never has a right of its own. */
    if (entry->is_helper) {
        return false;
    }
    for (size_t i = 0; i < policy_entry_grant_count(entry, right); i++) {
        if (grant_covers(policy_entry_grant(entry, right, i), service, target, match)) {
            return true;
        }
    }
    return false;
}
