/* SPDX-License-Identifier: MIT */
/*
 * Sealed items in memory, sorted by service and target (bytewise), with an undo log. The
 * common ground of the memory and the file store. No value is ever in the clear here.
 */
#ifndef STORE_ITEMS_H
#define STORE_ITEMS_H

#include <stddef.h>

#include "libkc/attributes.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct item {
    char *service;
    char *target;
    struct attributes attributes;
    unsigned char *sealed; /* crypto_seal() */
    size_t sealed_length;
    char *text; /* the item as a line of the file, made by the file store; or NULL */
    size_t text_length;
};

/* Copies the names; takes nothing else. */
KC_MUST_USE enum kc_error item_new(const char *service, const char *target,
                                   const struct attributes *attributes, struct item **ret_item);
void item_free(struct item *item);

struct items;

KC_MUST_USE enum kc_error items_new(struct items **ret_items);
void items_free(struct items *items);
size_t items_count(const struct items *items);

/* Borrowed until the next change; NULL when there is none. */
const struct item *items_find(const struct items *items, const char *service, const char *target);
const struct item *items_at(const struct items *items, size_t index);
/* The first item that isn't before (service, target); items_count() when there is none. */
size_t items_lower_bound(const struct items *items, const char *service, const char *target);

/* Called for each item; anything but KC_OK ends the walk and is passed on. */
typedef enum kc_error item_visitor(const struct item *item, void *context);

/* Every item of `service` whose target begins with `prefix`, in bytewise order. */
KC_MUST_USE enum kc_error items_list(const struct items *items, const char *service,
                                     const char *prefix, item_visitor *visit, void *context);

/* Puts or replaces; what was there goes to the undo log. */
KC_MUST_USE enum kc_error items_put(struct items *items, struct item **take_item);
/* KC_NOT_FOUND. */
KC_MUST_USE enum kc_error items_remove(struct items *items, const char *service,
                                       const char *target);

/* The present place in the undo log; back to a place; forget the log (the changes stay).
 * _undo needs no memory and can't fail. */
size_t items_mark(const struct items *items);
void items_undo(struct items *items, size_t mark);
void items_settle(struct items *items);

KC_AUTO_DEFINE(item)
KC_AUTO_DEFINE(items)

#endif
