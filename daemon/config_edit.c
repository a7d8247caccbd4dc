/* SPDX-License-Identifier: MIT */
/*
 * Rights are lists in the entry, flags are booleans, code that isn't the administrator's is
 * "code" and "libraries". What is so already isn't touched, so that the file keeps the form that
 * its owner gave it.
 */
#include "daemon/config_edit.h"

#include "daemon/config.h"
#include "daemon/config_report.h"

#include <jansson.h>

#include <string.h>

#define CODE_KEY      "code"
#define LIBRARIES_KEY "libraries"

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

static enum kc_error set_flag(struct config_edit *edit, const char *key, enum config_flag flag) {
    bool wanted = flag == CONFIG_SET;
    if (flag == CONFIG_LEAVE || json_is_true(json_object_get(edit->entry, key)) == wanted) {
        return KC_OK;
    }
    return config_edit_set(edit, key, json_boolean(wanted));
}

static enum kc_error set_jit(struct config_edit *edit) {
    bool wanted = edit->change->jit == CONFIG_SET;
    bool is_set = json_is_string(json_object_get(edit->entry, CODE_KEY));
    if (edit->change->jit == CONFIG_LEAVE || is_set == wanted) {
        return KC_OK;
    }
    if (wanted) {
        return config_edit_set(edit, CODE_KEY, json_string("jit"));
    }
    edit->is_changed = true;
    return json_object_del(edit->entry, CODE_KEY) == 0 ? KC_OK : KC_INTERNAL;
}

static enum kc_error set_flags(struct config_edit *edit) {
    enum kc_error error = set_flag(edit, "can_search", edit->change->search);
    if (error == KC_OK) {
        error = set_flag(edit, "plain", edit->change->plain);
    }
    return error == KC_OK ? set_jit(edit) : error;
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

enum kc_error config_edit_add(struct config_edit *edit) {
    const struct config_change *change = edit->change;
    enum kc_error error = add_grants(edit, CONFIG_READ_KEY, change->read, change->read_count);
    if (error == KC_OK) {
        error = add_grants(edit, CONFIG_WRITE_KEY, change->write, change->write_count);
    }
    for (size_t i = 0; error == KC_OK && i < change->library_count; i++) {
        error = add_library(edit, &change->libraries[i]);
    }
    return error == KC_OK ? set_flags(edit) : error;
}

static bool names_nothing(const struct config_change *change) {
    return change->read_count == 0 && change->write_count == 0 && change->library_count == 0 &&
           change->search == CONFIG_LEAVE && change->plain == CONFIG_LEAVE &&
           change->jit == CONFIG_LEAVE;
}

enum kc_error config_edit_take(struct config_edit *edit) {
    const struct config_change *change = edit->change;
    if (names_nothing(change)) {
        clear_list(edit, CONFIG_READ_KEY);
        clear_list(edit, CONFIG_WRITE_KEY);
        return set_flag(edit, "can_search", CONFIG_CLEAR);
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
