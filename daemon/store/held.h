/* SPDX-License-Identifier: MIT */
/*
 * What the stores that hold all their items in memory have in common: the rows of their tables
 * that look at nothing else. The promises are those of backend.h.
 */
#ifndef STORE_HELD_H
#define STORE_HELD_H

#include <stddef.h>

#include "daemon/store/backend.h"
#include "daemon/store/items.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

/* A back end that uses these functions begins with this. */
struct held {
    struct store_backend backend;
    struct items *items; /* owned */
};

KC_MUST_USE enum kc_error held_find(struct store_backend *backend, const char *service,
                                    const char *target, const struct item **ret_item);
KC_MUST_USE enum kc_error held_list(struct store_backend *backend, const char *service,
                                    const char *prefix, item_visitor *visit, void *context);
KC_MUST_USE enum kc_error held_each(struct store_backend *backend, item_visitor *visit,
                                    void *context);
KC_MUST_USE enum kc_error held_remove(struct store_backend *backend, const char *service,
                                      const char *target);
size_t held_mark(struct store_backend *backend);
void held_undo(struct store_backend *backend, size_t mark);
size_t held_count(struct store_backend *backend);

#endif
