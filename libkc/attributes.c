/* SPDX-License-Identifier: MIT */
/*
 * Pairs of text, sorted by name. There are at most KC_ATTRIBUTES_MAX of them, so insertion and
 * linear search are the right size. Knows nothing about what they mean.
 */
#include "libkc/attributes.h"

#include "libkc/parse.h"
#include "libkc/protocol.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Where the name is, or where it belongs. */
static size_t find_place(const struct attributes *attributes, const char *name, bool *ret_found) {
    size_t place = 0;
    int order = 1;
    while (place < attributes->count) {
        order = strcmp(attributes->items[place].name, name);
        if (order >= 0) {
            break;
        }
        place++;
    }
    *ret_found = place < attributes->count && order == 0;
    return place;
}

static enum kc_error check_limits(const char *name, const char *value) {
    enum kc_error error = parse_name(name, strlen(name), KC_ATTRIBUTE_NAME_MAX);
    if (error != KC_OK) {
        return error;
    }
    size_t length = strlen(value);
    if (length > KC_ATTRIBUTE_VALUE_MAX) {
        return KC_TOO_BIG;
    }
    return parse_is_utf8(value, length) ? KC_OK : KC_INVALID;
}

static enum kc_error insert_at(struct attributes *attributes, size_t place, const char *name,
                               const char *value) {
    struct attribute *items =
        realloc(attributes->items, (attributes->count + 1) * sizeof *attributes->items);
    if (items == NULL) {
        return KC_NO_MEMORY;
    }
    attributes->items = items;
    struct attribute added = {.name = strdup(name), .value = strdup(value)};
    if (added.name == NULL || added.value == NULL) {
        free(added.name);
        free(added.value);
        return KC_NO_MEMORY;
    }
    memmove(items + place + 1, items + place, (attributes->count - place) * sizeof *items);
    items[place] = added;
    attributes->count++;
    return KC_OK;
}

enum kc_error attributes_add(struct attributes *attributes, const char *name, const char *value) {
    enum kc_error error = check_limits(name, value);
    if (error != KC_OK) {
        return error;
    }
    bool is_there = false;
    size_t place = find_place(attributes, name, &is_there);
    if (is_there) {
        return KC_EXISTS;
    }
    if (attributes->count >= KC_ATTRIBUTES_MAX) {
        return KC_TOO_BIG;
    }
    return insert_at(attributes, place, name, value);
}

enum kc_error attributes_copy(const struct attributes *attributes, struct attributes *ret_copy) {
    struct attributes copy = {0};
    for (size_t i = 0; i < attributes->count; i++) {
        const struct attribute *item = &attributes->items[i];
        enum kc_error error = insert_at(&copy, i, item->name, item->value);
        if (error != KC_OK) {
            attributes_clear(&copy);
            return error;
        }
    }
    *ret_copy = copy;
    return KC_OK;
}

void attributes_clear(struct attributes *attributes) {
    if (attributes == NULL) {
        return;
    }
    for (size_t i = 0; i < attributes->count; i++) {
        free(attributes->items[i].name);
        free(attributes->items[i].value);
    }
    free(attributes->items);
    *attributes = (struct attributes){0};
}

const char *attributes_get(const struct attributes *attributes, const char *name) {
    bool is_there = false;
    size_t place = find_place(attributes, name, &is_there);
    return is_there ? attributes->items[place].value : NULL;
}

bool attributes_match(const struct attributes *attributes, const struct attributes *filter) {
    for (size_t i = 0; i < filter->count; i++) {
        const char *value = attributes_get(attributes, filter->items[i].name);
        if (value == NULL || strcmp(value, filter->items[i].value) != 0) {
            return false;
        }
    }
    return true;
}

size_t attributes_size(const struct attributes *attributes) {
    size_t size = 0;
    for (size_t i = 0; i < attributes->count; i++) {
        size += strlen(attributes->items[i].name) + strlen(attributes->items[i].value);
    }
    return size;
}
