/* SPDX-License-Identifier: MIT */
/*
 * Between the two worlds: an item as libsecret's programs see it, and service, target and
 * attributes as the daemon keeps them. Names are libkc/naming.h's; this is the rest: the label
 * and its like, which are kept as attributes of ours, object paths, and where to search. Pure.
 */
#ifndef LIBKCSHIM_MAP_H
#define LIBKCSHIM_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "libkc/attributes.h"
#include "libkc/naming.h"
#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

#define MAP_ROOT       "/org/freedesktop/secrets"
#define MAP_COLLECTION MAP_ROOT "/collection/"
#define MAP_ALIAS      MAP_ROOT "/aliases/"
#define MAP_DEFAULT    "login" /* the one real collection */

/* The longest path, with its NUL: three names, each byte of which may take three. */
#define MAP_PATH_SIZE \
    (sizeof MAP_COLLECTION + 3 * (2 * KC_SERVICE_MAX + KC_TARGET_MAX) + sizeof "/__")

/* An item; zeroed is empty. */
struct map_item {
    struct attributes attributes; /* the program's own, schema included */
    char *label;
    char *content_type;
    char *collection; /* MAP_DEFAULT, or another's name */
    uint64_t created; /* seconds since 1970; 0 unknown */
    uint64_t modified;
};

void map_item_clear(struct map_item *item);

/* From what the daemon keeps. An item that was stored without attributes, by hand, has those that
 * its target tells. KC_NO_MEMORY. */
KC_MUST_USE enum kc_error map_item_read(const char *service, const char *target,
                                        const struct attributes *stored, struct map_item *ret_item);

/* To what the daemon keeps. KC_INVALID: the program uses an attribute that is ours, or one that
 * the daemon can't keep; KC_TOO_BIG. */
KC_MUST_USE enum kc_error map_item_write(const struct map_item *item,
                                         struct attributes *ret_stored);

/* Whether exactly these are the program's attributes. */
bool map_attributes_equal(const struct attributes *one, const struct attributes *other);

/*
 * MAP_COLLECTION, the collection, and for an item `/service__target`. Letters and digits stand for
 * themselves, any other byte is _xx. So a path says what it means, and means it tomorrow, too.
 */
struct map_name {
    char collection[KC_SERVICE_MAX + 1];
    char service[KC_SERVICE_MAX + 1]; /* "": the path of a collection */
    char target[KC_TARGET_MAX + 1];
};
/* KC_INVALID: one of them isn't a name; KC_TOO_BIG. */
KC_MUST_USE enum kc_error map_path_write(const struct map_name *name, char ret_path[MAP_PATH_SIZE]);
/* KC_INVALID: no such path is ever written. */
KC_MUST_USE enum kc_error map_path_read(const char *path, struct map_name *ret_name);

/* What a grant (docs/policy.md) lets one search: a service, and what its targets begin with.
 * KC_NOT_FOUND: nothing. */
struct map_scope {
    char service[KC_SERVICE_MAX + 1];
    char prefix[KC_TARGET_MAX + 1]; /* "": all of the service */
};
KC_MUST_USE enum kc_error map_scope_read(const char *grant, struct map_scope *ret_scope);

#endif
