/* SPDX-License-Identifier: MIT */
/*
 * Rights are lists in the entry, flags are keys of it (config_flags.c), code that isn't the
 * administrator's is in "libraries". What is so already isn't touched, so that the file keeps the
 * form that its owner gave it.
 */
#include "daemon/config_edit.h"

#include "daemon/config.h"
#include "daemon/config_flags.h"
#include "daemon/config_report.h"

#include <jansson.h>

#include <string.h>

#define INTERPRETER_KEY "interpreter"
#define LIBRARIES_KEY   "libraries"

static const char *text_of(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

enum kc_error config_edit_set(struct config_edit *edit, const char *key, json_t *take_value) {
    if (json_object_set_new(edit->entry, key, take_value) != 0) {
        return KC_NO_MEMORY;
    }
    edit->is_changed = true;
    return KC_OK;
}

static enum kc_error remove_key(struct config_edit *edit, const char *key) {
    edit->is_changed = true;
    return json_object_del(edit->entry, key) == 0 ? KC_OK : KC_INTERNAL;
}

static bool is_on(const struct config_edit *edit, const struct config_flag_row *row) {
    const json_t *value = json_object_get(edit->entry, row->key);
    if (row->word != NULL) {
        return json_is_string(value); /* the policy's parser knows no other word */
    }
    return row->is_usual ? !json_is_false(value) : json_is_true(value);
}

/* A key goes where its absence says the same; but `false` that stands there already may stay. */
static enum kc_error set_flag(struct config_edit *edit, const struct config_flag_row *row,
                              enum config_flag flag) {
    bool wanted = flag == CONFIG_SET;
    if (flag == CONFIG_LEAVE || is_on(edit, row) == wanted) {
        return KC_OK;
    }
    if (wanted == row->is_usual && (wanted || row->word != NULL)) {
        return remove_key(edit, row->key);
    }
    return config_edit_set(edit, row->key,
                           row->word != NULL ? json_string(row->word) : json_boolean(wanted));
}

static enum kc_error set_flags(struct config_edit *edit) {
    enum kc_error error = KC_OK;
    for (size_t i = 0; error == KC_OK && i < CONFIG_FLAG_COUNT; i++) {
        error = set_flag(edit, &config_flags[i], edit->change->flags[i]);
    }
    return error;
}

enum kc_error config_edit_interpreter(struct config_edit *edit) {
    const char *wanted = edit->change->interpreter;
    const char *known = text_of(edit->entry, INTERPRETER_KEY);
    if (wanted == NULL || (known != NULL && strcmp(known, wanted) == 0)) {
        return KC_OK;
    }
    return config_edit_set(edit, INTERPRETER_KEY, json_string(wanted));
}

/* The entry's list of this name, made when it is missing. */
static enum kc_error need_list(struct config_edit *edit, const char *key, json_t **ret_list) {
    if (json_object_get(edit->entry, key) == NULL) {
        enum kc_error error = config_edit_set(edit, key, json_array());
        if (error != KC_OK) {
            return error;
        }
    }
    *ret_list = json_object_get(edit->entry, key);
    return KC_OK;
}

static enum kc_error append(struct config_edit *edit, const char *key, json_t *take_value) {
    json_t *list = NULL;
    enum kc_error error = need_list(edit, key, &list);
    if (error != KC_OK) {
        json_decref(take_value);
        return error;
    }
    edit->is_changed = true;
    return json_array_append_new(list, take_value) == 0 ? KC_OK : KC_NO_MEMORY;
}

static bool list_holds(const json_t *list, const char *grant) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (strcmp(json_string_value(json_array_get(list, i)), grant) == 0) {
            return true;
        }
    }
    return false;
}

static enum kc_error add_grants(struct config_edit *edit, const char *key,
                                const char *const *grants, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (list_holds(json_object_get(edit->entry, key), grants[i])) {
            continue;
        }
        enum kc_error error = append(edit, key, json_string(grants[i]));
        if (error != KC_OK) {
            return error;
        }
    }
    return KC_OK;
}

/* A service that is taken away takes all its globs along: who revokes "aws" doesn't expect that
 * "aws/prod*" stays. Grants have one spelling, so they may be compared as text. */
static bool takes_away(const char *revoked, const char *grant) {
    size_t length = strlen(revoked);
    bool is_service = strchr(revoked, '/') == NULL;
    return strncmp(grant, revoked, length) == 0 &&
           (grant[length] == '\0' || (is_service && grant[length] == '/'));
}

static enum kc_error refuse_grant(const struct config_edit *edit, const char *key,
                                  const char *grant) {
    char path[CONFIG_SHOWN_SIZE];
    char shown[CONFIG_SHOWN_SIZE];
    return config_report(edit->report, KC_NOT_FOUND,
                         "\"%s\" holds no grant \"%s\" to %s; nothing was changed",
                         config_show(text_of(edit->entry, "path"), path), config_show(grant, shown),
                         strcmp(key, CONFIG_READ_KEY) == 0 ? "read" : "write");
}

static enum kc_error remove_grants(struct config_edit *edit, const char *key,
                                   const char *const *grants, size_t count) {
    json_t *list = json_object_get(edit->entry, key);
    for (size_t i = 0; i < count; i++) {
        bool is_found = false;
        for (size_t at = json_array_size(list); at > 0; at--) {
            if (takes_away(grants[i], json_string_value(json_array_get(list, at - 1)))) {
                (void)json_array_remove(list, at - 1);
                is_found = true;
            }
        }
        if (!is_found) {
            return refuse_grant(edit, key, grants[i]);
        }
        edit->is_changed = true;
    }
    return KC_OK;
}

static void clear_list(struct config_edit *edit, const char *key) {
    json_t *list = json_object_get(edit->entry, key);
    if (json_array_size(list) > 0) {
        (void)json_array_clear(list);
        edit->is_changed = true;
    }
}

/* The library of this path, as it stands in the entry; NULL. */
static json_t *find_library(const struct config_edit *edit, const char *path, size_t *ret_index) {
    const json_t *list = json_object_get(edit->entry, LIBRARIES_KEY);
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (strcmp(text_of(json_array_get(list, i), "path"), path) == 0) {
            *ret_index = i;
            return json_array_get(list, i);
        }
    }
    return NULL;
}

/* A library has one hash: who allows its new version doesn't want the old one back. */
static enum kc_error add_library(struct config_edit *edit, const struct config_library *library) {
    size_t index = 0;
    json_t *known = find_library(edit, library->path, &index);
    if (known == NULL) {
        return append(edit, LIBRARIES_KEY,
                      json_pack("{s:s, s:s}", "path", library->path, "hash", library->hash));
    }
    if (strcmp(text_of(known, "hash"), library->hash) == 0) {
        return KC_OK;
    }
    edit->is_changed = true;
    return json_object_set_new(known, "hash", json_string(library->hash)) == 0 ? KC_OK
                                                                               : KC_NO_MEMORY;
}

static enum kc_error remove_library(struct config_edit *edit, const char *path) {
    size_t index = 0;
    if (find_library(edit, path, &index) == NULL) {
        char entry[CONFIG_SHOWN_SIZE];
        char shown[CONFIG_SHOWN_SIZE];
        return config_report(
            edit->report, KC_NOT_FOUND, "\"%s\" has no library \"%s\"; nothing was changed",
            config_show(text_of(edit->entry, "path"), entry), config_show(path, shown));
    }
    /* A file that a person wrote may hold it with several hashes. */
    while (find_library(edit, path, &index) != NULL) {
        (void)json_array_remove(json_object_get(edit->entry, LIBRARIES_KEY), index);
    }
    edit->is_changed = true;
    return KC_OK;
}

/* Its callers' rights count, so one of its own would be one that nobody looks at. */
static enum kc_error check_helper(const struct config_edit *edit) {
    const struct config_change *change = edit->change;
    char shown[CONFIG_SHOWN_SIZE];
    const char *path = config_show(text_of(edit->entry, "path"), shown);
    bool has_rights = json_array_size(json_object_get(edit->entry, CONFIG_READ_KEY)) > 0 ||
                      json_array_size(json_object_get(edit->entry, CONFIG_WRITE_KEY)) > 0 ||
                      is_on(edit, &config_flags[CONFIG_SEARCH]);
    if (!is_on(edit, &config_flags[CONFIG_HELPER]) || !has_rights) {
        return KC_OK;
    }
    if (change->flags[CONFIG_HELPER] == CONFIG_SET) {
        return config_report(edit->report, KC_DENIED,
                             "a helper has no rights of its own, and \"%s\" would have; nothing "
                             "was changed (keychain-auth revoke takes them away)",
                             path);
    }
    return config_report(edit->report, KC_DENIED,
                         "\"%s\" is a helper and has no rights of its own; allow the program that "
                         "calls it instead (keychain-auth list-pending shows who called it)",
                         path);
}

enum kc_error config_edit_add(struct config_edit *edit) {
    const struct config_change *change = edit->change;
    enum kc_error error = add_grants(edit, CONFIG_READ_KEY, change->read, change->read_count);
    if (error == KC_OK) {
        error = add_grants(edit, CONFIG_WRITE_KEY, change->write, change->write_count);
    }
    for (size_t i = 0; error == KC_OK && i < change->library_count; i++) {
        error = add_library(edit, &change->libraries[i]);
    }
    if (error == KC_OK) {
        error = set_flags(edit);
    }
    if (error == KC_OK) {
        error = config_edit_interpreter(edit);
    }
    return error == KC_OK ? check_helper(edit) : error;
}

static bool names_nothing(const struct config_change *change) {
    return change->read_count == 0 && change->write_count == 0 && change->library_count == 0 &&
           config_flags_are_left(change->flags);
}

static enum kc_error take_all(struct config_edit *edit) {
    enum kc_error error = KC_OK;
    clear_list(edit, CONFIG_READ_KEY);
    clear_list(edit, CONFIG_WRITE_KEY);
    for (size_t i = 0; error == KC_OK && i < CONFIG_FLAG_COUNT; i++) {
        const struct config_flag_row *row = &config_flags[i];
        error = set_flag(edit, row, row->is_right ? CONFIG_CLEAR : CONFIG_LEAVE);
    }
    return error;
}

enum kc_error config_edit_take(struct config_edit *edit) {
    const struct config_change *change = edit->change;
    if (names_nothing(change)) {
        return take_all(edit);
    }
    enum kc_error error = remove_grants(edit, CONFIG_READ_KEY, change->read, change->read_count);
    if (error == KC_OK) {
        error = remove_grants(edit, CONFIG_WRITE_KEY, change->write, change->write_count);
    }
    for (size_t i = 0; error == KC_OK && i < change->library_count; i++) {
        error = remove_library(edit, change->libraries[i].path);
    }
    return error == KC_OK ? set_flags(edit) : error;
}
