/* SPDX-License-Identifier: MIT */
/*
 * The attributes of an item: pairs of text, kept sorted by name (bytewise), each name once.
 * A plain value: zeroed is empty. Not secret.
 */
#ifndef KC_ATTRIBUTES_H
#define KC_ATTRIBUTES_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct attribute {
    char *name;
    char *value;
};

struct attributes {
    size_t count;
    struct attribute *items;
};

/* Copies both. KC_EXISTS: the name is there already. KC_INVALID, KC_TOO_BIG: the name or the
 * value (UTF-8 without NUL) breaks the limits of protocol.h, or there would be too many. */
KC_MUST_USE enum kc_error attributes_add(struct attributes *attributes, const char *name,
                                         const char *value);
/* `ret_copy` is overwritten, not cleared first. */
KC_MUST_USE enum kc_error attributes_copy(const struct attributes *attributes,
                                          struct attributes *ret_copy);
void attributes_clear(struct attributes *attributes);

/* Borrowed; NULL when there is none. */
const char *attributes_get(const struct attributes *attributes, const char *name);
/* Every pair of `filter` is in `attributes`. */
bool attributes_match(const struct attributes *attributes, const struct attributes *filter);
/* Bytes of all names and values. */
size_t attributes_size(const struct attributes *attributes);

#endif
