/* SPDX-License-Identifier: MIT */
/*
 * Whatever text: a target, a path or a grant that is read, is written again as the same text, and
 * what it was read as keeps the limits of names.
 * links: libkcshim/map.c libkcshim/map_path.c kc_static
 */
#include "libkcshim/map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(int holds) {
    if (!holds) {
        abort();
    }
}

static void try_target(const char *text) {
    struct attributes attributes = {0};
    char again[KC_TARGET_MAX + 1];
    unsigned twin = 0;
    if (naming_read_target(text, &attributes, &twin) != KC_OK) {
        return;
    }
    require(twin >= 1 && strlen(text) <= KC_TARGET_MAX);
    if (attributes.count > 0) {
        require(naming_target(&attributes, "", twin, again) == KC_OK);
        require(strcmp(again, text) == 0);
    }
    attributes_clear(&attributes);
}

static void try_path(const char *text) {
    struct map_name name;
    char again[MAP_PATH_SIZE];
    if (map_path_read(text, &name) == KC_OK) {
        require(map_path_write(&name, again) == KC_OK);
        require(strcmp(again, text) == 0);
    }
}

static void try_grant(const char *text) {
    struct map_scope scope;
    if (map_scope_read(text, &scope) == KC_OK) {
        require(scope.service[0] != '\0' && strpbrk(scope.prefix, "*?") == NULL);
    }
}

/* The text as an item that a person stored under it, and as every attribute of one. */
static void try_item(const char *text) {
    struct attributes stored = {0};
    struct map_item item = {0};
    struct attributes again = {0};
    if (attributes_add(&stored, "kc:label", text) != KC_OK ||
        attributes_add(&stored, "kc:created", text) != KC_OK ||
        attributes_add(&stored, "kc:collection", text) != KC_OK) {
        attributes_clear(&stored);
        return;
    }
    require(map_item_read(NAMING_GENERIC, "a=1", &stored, &item) == KC_OK);
    require(map_item_write(&item, &again) == KC_OK);
    map_item_clear(&item);
    attributes_clear(&stored);
    attributes_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    char *text = malloc(length + 1);
    require(text != NULL);
    memcpy(text, bytes, length);
    text[length] = '\0';
    try_target(text);
    try_path(text);
    try_grant(text);
    try_item(text);
    free(text);
    return 0;
}
