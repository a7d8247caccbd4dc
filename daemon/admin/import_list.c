/* SPDX-License-Identifier: MIT */
/* The list of what was found. Names are checked here, once for all sources. */
#include "daemon/admin/import_list.h"

#include "libkc/error.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void entry_clear(struct import_entry *entry) {
    free(entry->service);
    free(entry->target);
    attributes_clear(&entry->attributes);
    secret_free(entry->value);
}

void import_list_clear(struct import_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        entry_clear(&list->entries[i]);
    }
    free(list->entries);
    *list = (struct import_list){0};
}

bool import_entry_is_kept(const struct import_entry *entry, bool replaces) {
    return entry->is_there && (entry->yields || !replaces);
}

static struct import_entry *find(const struct import_list *list, const struct import_names *names) {
    for (size_t i = 0; i < list->count; i++) {
        struct import_entry *entry = &list->entries[i];
        if (strcmp(entry->target, names->target) == 0 &&
            strcmp(entry->service, names->service) == 0) {
            return entry;
        }
    }
    return NULL;
}

static enum kc_error check(const struct import_list *list, const struct import_names *names,
                           const struct secret *value) {
    enum kc_error error = parse_name(names->service, strlen(names->service), KC_SERVICE_MAX);
    if (error == KC_OK) {
        error = parse_name(names->target, strlen(names->target), KC_TARGET_MAX);
    }
    if (error == KC_OK &&
        (secret_length(value) > KC_VALUE_MAX || list->count >= IMPORT_ENTRIES_MAX)) {
        error = KC_TOO_BIG;
    }
    return error;
}

/* Room for one more; grows by doubling, found by the count alone. */
static enum kc_error grow(struct import_list *list) {
    if ((list->count & (list->count - 1)) != 0) {
        return KC_OK; /* not a power of two: there is room */
    }
    size_t capacity = list->count == 0 ? 1 : list->count * 2;
    struct import_entry *grown = realloc(list->entries, capacity * sizeof *grown);
    if (grown == NULL) {
        return KC_NO_MEMORY;
    }
    list->entries = grown;
    return KC_OK;
}

static enum kc_error entry_init(struct import_entry *entry, const struct import_names *names) {
    *entry = (struct import_entry){.origin = names->origin};
    entry->service = strdup(names->service);
    entry->target = strdup(names->target);
    enum kc_error error = entry->service != NULL && entry->target != NULL ? KC_OK : KC_NO_MEMORY;
    if (error == KC_OK && names->attributes != NULL) {
        error = attributes_copy(names->attributes, &entry->attributes);
    }
    if (error != KC_OK) {
        entry_clear(entry);
    }
    return error;
}

static enum kc_error append(struct import_list *list, const struct import_names *names,
                            struct secret **value) {
    enum kc_error error = check(list, names, *value);
    if (error == KC_OK) {
        error = grow(list);
    }
    if (error == KC_OK) {
        error = entry_init(&list->entries[list->count], names);
    }
    if (error == KC_OK) {
        list->entries[list->count].value = *value;
        *value = NULL;
        list->count++;
    }
    return error;
}

enum kc_error import_list_add(struct import_list *list, const struct import_names *names,
                              struct secret **take_value) {
    KC_AUTO(secret) value = *take_value;
    *take_value = NULL;
    return find(list, names) != NULL ? KC_EXISTS : append(list, names, &value);
}

enum kc_error import_list_put(struct import_list *list, const struct import_names *names,
                              struct secret **take_value) {
    KC_AUTO(secret) value = *take_value;
    *take_value = NULL;
    struct import_entry *known = find(list, names);
    if (known == NULL) {
        return append(list, names, &value);
    }
    if (secret_length(value) > KC_VALUE_MAX) {
        return KC_TOO_BIG;
    }
    struct secret *old = known->value;
    known->value = value;
    value = old;
    return KC_OK;
}

enum kc_error import_refuse(char why[KC_MESSAGE_MAX], size_t line, const char *what) {
    (void)snprintf(why, KC_MESSAGE_MAX, "line %zu: %s", line, what);
    return KC_INVALID;
}

enum kc_error import_explain(char why[KC_MESSAGE_MAX], size_t line, enum kc_error error) {
    if (error == KC_TOO_BIG) {
        (void)snprintf(why, KC_MESSAGE_MAX,
                       "line %zu: a name or a value is too long (a value has at most %d bytes), or "
                       "there are more than %d",
                       line, KC_VALUE_MAX, IMPORT_ENTRIES_MAX);
    } else if (error != KC_OK) {
        (void)snprintf(why, KC_MESSAGE_MAX, "line %zu: %s", line, kc_error_text(error));
    }
    return error;
}
