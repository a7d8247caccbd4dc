/* SPDX-License-Identifier: MIT */
/*
 * Table rows that pass on to items.c, once for all stores that hold their items in memory. What
 * makes a change durable is each store's own.
 */
#include "daemon/store/held.h"

static struct items *items_of(struct store_backend *backend) {
    return ((struct held *)backend)->items;
}

enum kc_error held_find(struct store_backend *backend, const char *service, const char *target,
                        const struct item **ret_item) {
    const struct item *item = items_find(items_of(backend), service, target);
    if (item == NULL) {
        return KC_NOT_FOUND;
    }
    *ret_item = item;
    return KC_OK;
}

enum kc_error held_list(struct store_backend *backend, const char *service, const char *prefix,
                        item_visitor *visit, void *context) {
    return items_list(items_of(backend), service, prefix, visit, context);
}

enum kc_error held_each(struct store_backend *backend, item_visitor *visit, void *context) {
    const struct items *items = items_of(backend);
    enum kc_error error = KC_OK;
    for (size_t i = 0; error == KC_OK && i < items_count(items); i++) {
        error = visit(items_at(items, i), context);
    }
    return error;
}

enum kc_error held_remove(struct store_backend *backend, const char *service, const char *target) {
    return items_remove(items_of(backend), service, target);
}

size_t held_mark(struct store_backend *backend) {
    return items_mark(items_of(backend));
}

void held_undo(struct store_backend *backend, size_t mark) {
    items_undo(items_of(backend), mark);
}

size_t held_count(struct store_backend *backend) {
    return items_count(items_of(backend));
}
