/* SPDX-License-Identifier: MIT */
/*
 * The desktop's keyring as a store. It keeps no copy of what lies there: what was looked at is
 * remembered for a turn, and what is staged lies over it. A change that was cut short is taken
 * back before the next turn at the latest; until that has worked, nothing else is done.
 */
#include "daemon/store/secret_service_internal.h"

#include "libkc/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kc_error service_explain(struct secret_service *service, enum kc_error error) {
    if (error != KC_OK) {
        (void)snprintf(service->trouble, sizeof service->trouble, "%s",
                       provider_trouble(service->provider));
    }
    return error;
}

static const char *secret_service_trouble(struct store_backend *backend) {
    return service_of(backend)->trouble;
}

/* What lies there */

static int compare_rows(const void *one, const void *other) {
    const struct stored *left = one;
    const struct stored *right = other;
    int order = strcmp(left->item->service, right->item->service);
    if (order == 0) {
        order = strcmp(left->item->target, right->item->target);
    }
    if (order == 0) {
        order = left->written > right->written ? -1 : left->written < right->written;
    }
    return order;
}

enum kc_error service_search(struct secret_service *service, const struct stored_query *query,
                             struct stored_list *ret_list) {
    enum kc_error error =
        service_explain(service, provider_search(service->provider, query, ret_list));
    if (error == KC_OK && ret_list->count > 1) {
        qsort(ret_list->rows, ret_list->count, sizeof *ret_list->rows, compare_rows);
    }
    return error;
}

/* What was handed out in this turn stays where it is, and so do older copies. */
static enum kc_error remember(struct secret_service *service, struct stored_list *list) {
    enum kc_error error = KC_OK;
    for (size_t i = 0; error == KC_OK && i < list->count; i++) {
        struct item **item = &list->rows[i].item;
        if (items_find(service->seen, (*item)->service, (*item)->target) == NULL) {
            error = items_put(service->seen, item);
        }
    }
    items_settle(service->seen);
    return error;
}

static enum kc_error look(struct secret_service *service, const struct stored_query *query) {
    struct stored_list list = {0};
    enum kc_error error = service_search(service, query, &list);
    if (error == KC_OK) {
        error = remember(service, &list);
    }
    stored_list_clear(&list);
    return error;
}

void service_forget(struct secret_service *service) {
    struct items *fresh = NULL;
    if (items_new(&fresh) == KC_OK) {
        items_free(service->seen);
        service->seen = fresh;
        return;
    }
    /* Without memory for an empty set, the old one is emptied where it is. */
    while (items_count(service->seen) > 0) {
        const struct item *item = items_at(service->seen, 0);
        if (items_remove(service->seen, item->service, item->target) != KC_OK) {
            break;
        }
        items_settle(service->seen);
    }
}

static enum kc_error secret_service_find(struct store_backend *backend, const char *service_name,
                                         const char *target, const struct item **ret_item) {
    struct secret_service *service = service_of(backend);
    const struct item *item = items_find(service->staged, service_name, target);
    if (item == NULL) {
        item = items_find(service->seen, service_name, target);
    }
    if (item == NULL) {
        const struct stored_query query = {.service = service_name, .target = target};
        enum kc_error error = look(service, &query);
        if (error != KC_OK) {
            return error;
        }
        item = items_find(service->seen, service_name, target);
    }
    if (item == NULL || is_removal(item)) {
        return KC_NOT_FOUND;
    }
    *ret_item = item;
    return KC_OK;
}

/* Walking */

static bool is_in(const struct item *item, const struct stored_query *query) {
    return (query->service == NULL || strcmp(item->service, query->service) == 0) &&
           (query->prefix == NULL ||
            strncmp(item->target, query->prefix, strlen(query->prefix)) == 0);
}

static const struct item *item_at(const struct items *items, size_t index) {
    return index < items_count(items) ? items_at(items, index) : NULL;
}

/* < 0: `one` stands before `other`; the end, NULL, stands behind everything. */
static int compare_items(const struct item *one, const struct item *other) {
    if (one == NULL || other == NULL) {
        return (one == NULL) - (other == NULL);
    }
    int order = strcmp(one->service, other->service);
    return order != 0 ? order : strcmp(one->target, other->target);
}

/* Both sets side by side; what is staged hides what lies there. */
static enum kc_error walk(const struct secret_service *service, const struct stored_query *query,
                          item_visitor *visit, void *context) {
    const char *first_service = query->service != NULL ? query->service : "";
    const char *first_target = query->prefix != NULL ? query->prefix : "";
    size_t over = items_lower_bound(service->staged, first_service, first_target);
    size_t under = items_lower_bound(service->seen, first_service, first_target);
    enum kc_error error = KC_OK;
    while (error == KC_OK) {
        const struct item *staged = item_at(service->staged, over);
        const struct item *seen = item_at(service->seen, under);
        int order = compare_items(staged, seen);
        const struct item *item = order <= 0 ? staged : seen;
        if (item == NULL || !is_in(item, query)) {
            break;
        }
        over += order <= 0;
        under += order >= 0;
        if (!is_removal(item)) {
            error = visit(item, context);
        }
    }
    return error;
}

static enum kc_error look_and_walk(struct secret_service *service, const struct stored_query *query,
                                   item_visitor *visit, void *context) {
    enum kc_error error = look(service, query);
    return error == KC_OK ? walk(service, query, visit, context) : error;
}

static enum kc_error secret_service_list(struct store_backend *backend, const char *service,
                                         const char *prefix, item_visitor *visit, void *context) {
    const struct stored_query query = {.service = service, .prefix = prefix};
    return look_and_walk(service_of(backend), &query, visit, context);
}

static enum kc_error secret_service_each(struct store_backend *backend, item_visitor *visit,
                                         void *context) {
    static const struct stored_query everything;
    return look_and_walk(service_of(backend), &everything, visit, context);
}

/* Staging */

/* A value that another key sealed may be the only copy of it: it isn't ours to replace. */
static enum kc_error check_key(struct secret_service *service, const struct item *present) {
    char id[CRYPTO_KEY_ID_SIZE] = "";
    if (present->sealed_length > CRYPTO_SEALED_OVERHEAD) {
        parse_write_hex(present->sealed + 1, (CRYPTO_KEY_ID_SIZE - 1) / 2, id);
    }
    if (strcmp(id, service->key_id) == 0) {
        return KC_OK;
    }
    char target[256];
    (void)snprintf(service->trouble, sizeof service->trouble,
                   "the desktop's keyring holds a \"%s\" that wasn't sealed with the key of this "
                   "daemon; it isn't overwritten: delete it first if it isn't needed",
                   parse_escape(present->target, strlen(present->target), target, sizeof target));
    return KC_DAMAGED;
}

static enum kc_error secret_service_put(struct store_backend *backend, struct item **take_item) {
    struct secret_service *service = service_of(backend);
    KC_AUTO(item) item = *take_item;
    *take_item = NULL;
    const struct item *present = NULL;
    enum kc_error error = secret_service_find(backend, item->service, item->target, &present);
    if (error == KC_OK) {
        error = check_key(service, present);
    }
    return error == KC_OK || error == KC_NOT_FOUND ? items_put(service->staged, &item) : error;
}

static enum kc_error secret_service_remove(struct store_backend *backend, const char *service_name,
                                           const char *target) {
    const struct item *present = NULL;
    enum kc_error error = secret_service_find(backend, service_name, target, &present);
    if (error != KC_OK) {
        return error;
    }
    static const struct attributes none;
    KC_AUTO(item) removal = NULL;
    error = item_new(service_name, target, &none, &removal);
    return error == KC_OK ? items_put(service_of(backend)->staged, &removal) : error;
}

static size_t secret_service_mark(struct store_backend *backend) {
    return items_mark(service_of(backend)->staged);
}

static void secret_service_undo(struct store_backend *backend, size_t mark) {
    items_undo(service_of(backend)->staged, mark);
}

/* Turns */

static enum kc_error connect_and_mend(struct secret_service *service) {
    enum kc_error error =
        service_explain(service, provider_connect(service->provider, PROVIDER_CALL_MS));
    return error == KC_OK && service->is_torn ? service_take_back(service) : error;
}

static enum kc_error secret_service_refresh(struct store_backend *backend,
                                            char why[KC_MESSAGE_MAX]) {
    struct secret_service *service = service_of(backend);
    service->trouble[0] = '\0';
    service_forget(service);
    enum kc_error error = connect_and_mend(service);
    if (error != KC_OK) {
        (void)snprintf(why, KC_MESSAGE_MAX, "%s", service->trouble);
    }
    return error;
}

/* The last number that was known, when nobody answers: status says how the store is elsewhere. */
static size_t secret_service_count(struct store_backend *backend) {
    struct secret_service *service = service_of(backend);
    size_t count = 0;
    if (provider_count(service->provider, &count) == KC_OK) {
        service->count = count;
    }
    return service->count;
}

static void secret_service_free(struct secret_service *service) {
    if (service == NULL) {
        return;
    }
    if (service->is_torn) {
        (void)connect_and_mend(service);
    }
    service_drop_steps(service);
    provider_free(service->provider);
    items_free(service->seen);
    items_free(service->staged);
    free(service);
}
KC_AUTO_DEFINE(secret_service)

static void secret_service_close(struct store_backend *backend) {
    secret_service_free((struct secret_service *)backend);
}

static const struct store_table secret_service_table = {
    .name = "secret-service",
    .refresh = secret_service_refresh,
    .find = secret_service_find,
    .list = secret_service_list,
    .each = secret_service_each,
    .put = secret_service_put,
    .remove = secret_service_remove,
    .mark = secret_service_mark,
    .undo = secret_service_undo,
    .prepare = service_prepare,
    .commit = service_commit,
    .rollback = service_rollback,
    .count = secret_service_count,
    .trouble = secret_service_trouble,
    .close = secret_service_close,
};

static enum kc_error service_new(struct secret_service **ret_service) {
    KC_AUTO(secret_service) service = calloc(1, sizeof *service);
    if (service == NULL) {
        return KC_NO_MEMORY;
    }
    service->backend.table = &secret_service_table;
    enum kc_error error = items_new(&service->seen);
    if (error == KC_OK) {
        error = items_new(&service->staged);
    }
    if (error == KC_OK) {
        error = provider_new(&service->provider);
    }
    if (error == KC_OK) {
        *ret_service = service;
        service = NULL;
    }
    return error;
}

enum kc_error sealed_service_open(const char *key_id, struct store_backend **ret_backend,
                                  char why[KC_MESSAGE_MAX]) {
    KC_AUTO(secret_service) service = NULL;
    enum kc_error error = service_new(&service);
    if (error == KC_OK) {
        (void)snprintf(service->key_id, sizeof service->key_id, "%s", key_id);
        error = secret_service_refresh(&service->backend, why);
    }
    if (error == KC_OK) {
        *ret_backend = &service->backend;
        service = NULL;
    }
    return error;
}

enum kc_error sealed_service_look(unsigned timeout_ms, size_t *ret_count,
                                  char why[KC_MESSAGE_MAX]) {
    KC_AUTO(provider) provider = NULL;
    enum kc_error error = provider_new(&provider);
    if (error == KC_OK) {
        error = provider_connect(provider, timeout_ms);
    }
    if (error == KC_OK) {
        error = provider_count(provider, ret_count);
    }
    if (error != KC_OK) {
        (void)snprintf(why, KC_MESSAGE_MAX, "%s",
                       provider != NULL ? provider_trouble(provider) : "out of memory");
    }
    return error;
}
