/* SPDX-License-Identifier: MIT */
/*
 * The store that keeps nothing: items live as long as the daemon does. For tests and for
 * trying things out. The values are sealed here too, by the same room above.
 */
#include "daemon/store/backend.h"

#include "daemon/store/held.h"

#include <stdlib.h>

static enum kc_error memory_refresh(struct store_backend *backend, char why[KC_MESSAGE_MAX]) {
    (void)backend;
    (void)why;
    return KC_OK;
}

static enum kc_error memory_put(struct store_backend *backend, struct item **take_item) {
    return items_put(((struct held *)backend)->items, take_item);
}

static enum kc_error memory_prepare(struct store_backend *backend) {
    (void)backend;
    return KC_OK;
}

static enum kc_error memory_commit(struct store_backend *backend) {
    items_settle(((struct held *)backend)->items);
    return KC_OK;
}

static void memory_rollback(struct store_backend *backend) {
    held_undo(backend, 0);
}

static void memory_close(struct store_backend *backend) {
    if (backend == NULL) {
        return;
    }
    items_free(((struct held *)backend)->items);
    free(backend);
}

static const struct store_table memory_table = {
    .name = "memory",
    .refresh = memory_refresh,
    .find = held_find,
    .list = held_list,
    .each = held_each,
    .put = memory_put,
    .remove = held_remove,
    .mark = held_mark,
    .undo = held_undo,
    .prepare = memory_prepare,
    .commit = memory_commit,
    .rollback = memory_rollback,
    .count = held_count,
    .close = memory_close,
};

enum kc_error memory_open(struct store_backend **ret_backend) {
    KC_AUTO(items) items = NULL;
    enum kc_error error = items_new(&items);
    if (error != KC_OK) {
        return error;
    }
    struct held *memory = calloc(1, sizeof *memory);
    if (memory == NULL) {
        return KC_NO_MEMORY;
    }
    memory->backend.table = &memory_table;
    memory->items = items;
    items = NULL;
    *ret_backend = &memory->backend;
    return KC_OK;
}
