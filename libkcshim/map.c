/* SPDX-License-Identifier: MIT */
/*
 * The item itself: what of it is the program's, and what is kept in attributes of ours. Paths and
 * scopes are in map_path.c.
 */
#include "libkcshim/map.h"

#include "libkc/parse.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL        NAMING_OWN "label"
#define CONTENT_TYPE NAMING_OWN "content-type"
#define COLLECTION   NAMING_OWN "collection"
#define CREATED      NAMING_OWN "created"
#define MODIFIED     NAMING_OWN "modified"

void map_item_clear(struct map_item *item) {
    attributes_clear(&item->attributes);
    free(item->label);
    free(item->content_type);
    free(item->collection);
    memset(item, 0, sizeof *item);
}

static bool is_own(const char *name) {
    return strncmp(name, NAMING_OWN, sizeof NAMING_OWN - 1) == 0;
}

/* Where there are none, those of the target; a target that was chosen by hand tells none. */
static enum kc_error read_attributes(const char *service, const char *target,
                                     const struct attributes *stored, struct attributes *ret) {
    unsigned twin = 1;
    enum kc_error error = KC_OK;
    for (size_t i = 0; i < stored->count && error == KC_OK; i++) {
        if (!is_own(stored->items[i].name)) {
            error = attributes_add(ret, stored->items[i].name, stored->items[i].value);
        }
    }
    if (error != KC_OK || stored->count > 0) {
        return error;
    }
    error = naming_read_target(target, ret, &twin);
    if (error == KC_INVALID) {
        error = KC_OK;
    }
    if (error == KC_OK && strcmp(service, NAMING_GENERIC) != 0 && ret->count < KC_ATTRIBUTES_MAX) {
        error = attributes_add(ret, NAMING_SCHEMA, service);
    }
    return error;
}

static char *copy_or(const struct attributes *stored, const char *name, const char *otherwise) {
    const char *text = attributes_get(stored, name);
    return strdup(text != NULL && text[0] != '\0' ? text : otherwise);
}

static uint64_t read_number(const struct attributes *stored, const char *name) {
    uint64_t number = 0;
    const char *text = attributes_get(stored, name);
    if (text == NULL || parse_unsigned(text, INT64_MAX, &number) != KC_OK) {
        return 0;
    }
    return number;
}

enum kc_error map_item_read(const char *service, const char *target,
                            const struct attributes *stored, struct map_item *ret_item) {
    struct map_item item = {
        .label = copy_or(stored, LABEL, target),
        .content_type = copy_or(stored, CONTENT_TYPE, "text/plain"),
        .collection = copy_or(stored, COLLECTION, MAP_DEFAULT),
        .created = read_number(stored, CREATED),
        .modified = read_number(stored, MODIFIED),
    };
    enum kc_error error = read_attributes(service, target, stored, &item.attributes);
    if (error == KC_OK &&
        (item.label == NULL || item.content_type == NULL || item.collection == NULL)) {
        error = KC_NO_MEMORY;
    }
    if (error != KC_OK) {
        map_item_clear(&item);
        return KC_NO_MEMORY;
    }
    *ret_item = item;
    return KC_OK;
}

static enum kc_error add_text(struct attributes *stored, const char *name, const char *text,
                              const char *otherwise) {
    bool is_said = text != NULL && text[0] != '\0' && strcmp(text, otherwise) != 0;
    return is_said ? attributes_add(stored, name, text) : KC_OK;
}

static enum kc_error add_number(struct attributes *stored, const char *name, uint64_t number) {
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRIu64, number);
    return number == 0 ? KC_OK : attributes_add(stored, name, text);
}

static enum kc_error add_own(const struct map_item *item, struct attributes *stored) {
    enum kc_error error = add_text(stored, LABEL, item->label, "");
    if (error == KC_OK) {
        error = add_text(stored, CONTENT_TYPE, item->content_type, "text/plain");
    }
    if (error == KC_OK) {
        error = add_text(stored, COLLECTION, item->collection, MAP_DEFAULT);
    }
    if (error == KC_OK) {
        error = add_number(stored, CREATED, item->created);
    }
    return error == KC_OK ? add_number(stored, MODIFIED, item->modified) : error;
}

enum kc_error map_item_write(const struct map_item *item, struct attributes *ret_stored) {
    struct attributes stored = {0};
    enum kc_error error = KC_OK;
    for (size_t i = 0; i < item->attributes.count && error == KC_OK; i++) {
        const struct attribute *attribute = &item->attributes.items[i];
        error = is_own(attribute->name)
                    ? KC_INVALID
                    : attributes_add(&stored, attribute->name, attribute->value);
    }
    if (error == KC_OK) {
        error = add_own(item, &stored);
    }
    if (error != KC_OK) {
        attributes_clear(&stored);
        return error;
    }
    *ret_stored = stored;
    return KC_OK;
}

bool map_attributes_equal(const struct attributes *one, const struct attributes *other) {
    return one->count == other->count && attributes_match(one, other);
}
