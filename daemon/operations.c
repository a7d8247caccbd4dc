/* SPDX-License-Identifier: MIT */
/*
 * What each action does to the store, once it is allowed. Handlers fill exchange->results or
 * return why not; what they staged is undone by dispatch.c when they fail.
 */
#include "daemon/dispatch_internal.h"

#include "daemon/crypto.h"
#include "daemon/store/backend.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void exchange_drop_results(struct exchange *exchange) {
    for (size_t i = 0; i < exchange->result_count; i++) {
        result_clear(&exchange->results[i]);
    }
    free(exchange->results);
    exchange->results = NULL;
    exchange->result_count = 0;
}

/* Room for one more; grows by doubling, found by the count alone. */
static enum kc_error results_grow(struct exchange *exchange) {
    size_t count = exchange->result_count;
    if ((count & (count - 1)) != 0) {
        return KC_OK; /* not a power of two: there is room */
    }
    size_t capacity = count == 0 ? 1 : count * 2;
    struct result *grown = realloc(exchange->results, capacity * sizeof *grown);
    if (grown == NULL) {
        return KC_NO_MEMORY;
    }
    exchange->results = grown;
    return KC_OK;
}

static enum kc_error add_result(struct operation *operation, const char *target,
                                const struct attributes *attributes, struct secret **take_value) {
    struct exchange *exchange = operation->exchange;
    KC_AUTO(secret) value = *take_value;
    *take_value = NULL;
    struct result result = {0};
    operation->released +=
        strlen(target) + attributes_size(attributes) + (value != NULL ? secret_length(value) : 0);
    if (operation->released > KC_RELEASE_MAX) {
        (void)snprintf(operation->why, sizeof operation->why,
                       "the answer would be larger than %d bytes; ask for fewer targets",
                       KC_RELEASE_MAX);
        return KC_TOO_BIG;
    }
    enum kc_error error = results_grow(exchange);
    if (error != KC_OK) {
        return error;
    }
    result.target = strdup(target);
    if (result.target == NULL) {
        return KC_NO_MEMORY;
    }
    error = attributes_copy(attributes, &result.attributes);
    if (error != KC_OK) {
        free(result.target);
        return error;
    }
    result.value = value;
    value = NULL;
    exchange->results[exchange->result_count] = result;
    exchange->result_count++;
    return KC_OK;
}

static enum kc_error add_name(struct operation *operation, const char *target) {
    const struct attributes none = {0};
    struct secret *no_value = NULL;
    return add_result(operation, target, &none, &no_value);
}

static enum kc_error release_item(struct operation *operation, const struct item *item) {
    KC_AUTO(secret) value = NULL;
    enum kc_error error =
        crypto_unseal(operation->key, item->service, item->target, &item->attributes, item->sealed,
                      item->sealed_length, &value);
    if (error == KC_DAMAGED) {
        char target[256];
        (void)snprintf(operation->why, sizeof operation->why,
                       "the stored item \"%s\" doesn't decrypt: it was damaged or exchanged; "
                       "restore the store from a backup, or write the value anew",
                       parse_escape(item->target, strlen(item->target), target, sizeof target));
    }
    if (error != KC_OK) {
        return error;
    }
    return add_result(operation, item->target, &item->attributes, &value);
}

static bool is_wanted(const struct operation *operation, const struct item *item) {
    return attributes_match(&item->attributes, &operation->exchange->request->attributes);
}

/* Overlapping prefixes: an item belongs to the first one that it matches. */
struct walk {
    struct operation *operation;
    size_t prefix;    /* which of the request's targets */
    bool with_values; /* read, else names and attributes */
    bool with_attributes;
};

static bool is_matched_before(const struct request *request, size_t prefix, const char *target) {
    for (size_t i = 0; i < prefix; i++) {
        if (strncmp(target, request->targets[i], strlen(request->targets[i])) == 0) {
            return true;
        }
    }
    return false;
}

static enum kc_error visit_item(const struct item *item, void *context) {
    const struct walk *walk = context;
    struct operation *operation = walk->operation;
    if (!is_wanted(operation, item) ||
        is_matched_before(operation->exchange->request, walk->prefix, item->target)) {
        return KC_OK;
    }
    if (walk->with_values) {
        return release_item(operation, item);
    }
    struct secret *no_value = NULL;
    const struct attributes none = {0};
    return add_result(operation, item->target, walk->with_attributes ? &item->attributes : &none,
                      &no_value);
}

static enum kc_error walk_prefixes(struct walk *walk) {
    struct store_backend *backend = walk->operation->backend;
    const struct request *request = walk->operation->exchange->request;
    if (request->target_count == 0) {
        return backend->table->list(backend, request->service, "", visit_item, walk);
    }
    for (size_t i = 0; i < request->target_count; i++) {
        walk->prefix = i;
        enum kc_error error =
            backend->table->list(backend, request->service, request->targets[i], visit_item, walk);
        if (error != KC_OK) {
            return error;
        }
    }
    return KC_OK;
}

static enum kc_error say_not_found(struct operation *operation) {
    const struct request *request = operation->exchange->request;
    char service[KC_SERVICE_MAX + 1];
    char target[256];
    (void)snprintf(
        operation->why, sizeof operation->why, "\"%s\" has no \"%s\"%s",
        parse_escape(request->service, strlen(request->service), service, sizeof service),
        parse_escape(request->targets[0], strlen(request->targets[0]), target, sizeof target),
        request->target_count > 1 ? " nor any of the others" : "");
    return KC_NOT_FOUND;
}

enum kc_error operation_read(struct operation *operation) {
    struct store_backend *backend = operation->backend;
    const struct request *request = operation->exchange->request;
    if (request->match == KC_MATCH_PREFIX) {
        struct walk walk = {.operation = operation, .with_values = true};
        return walk_prefixes(&walk);
    }
    for (size_t i = 0; i < request->target_count; i++) {
        const struct item *item = NULL;
        enum kc_error error =
            backend->table->find(backend, request->service, request->targets[i], &item);
        if (error == KC_NOT_FOUND) {
            continue;
        }
        if (error == KC_OK && is_wanted(operation, item)) {
            error = release_item(operation, item);
        }
        if (error != KC_OK) {
            return error;
        }
    }
    return operation->exchange->result_count > 0 ? KC_OK : say_not_found(operation);
}

static enum kc_error write_one(struct operation *operation, size_t index) {
    struct store_backend *backend = operation->backend;
    const struct request *request = operation->exchange->request;
    KC_AUTO(item) item = NULL;
    enum kc_error error =
        item_new(request->service, request->targets[index], &request->attributes, &item);
    if (error == KC_OK) {
        error = crypto_seal(operation->key, item->service, item->target, &item->attributes,
                            request->values[index], &item->sealed, &item->sealed_length);
    }
    if (error == KC_OK) {
        error = backend->table->put(backend, &item);
    }
    return error == KC_OK ? add_name(operation, request->targets[index]) : error;
}

enum kc_error operation_write(struct operation *operation) {
    for (size_t i = 0; i < operation->exchange->request->target_count; i++) {
        enum kc_error error = write_one(operation, i);
        if (error != KC_OK) {
            return error;
        }
    }
    return KC_OK;
}

/* The results name what is to go; a walk may not change what it walks over. */
static enum kc_error choose_exact(struct operation *operation) {
    struct store_backend *backend = operation->backend;
    const struct request *request = operation->exchange->request;
    for (size_t i = 0; i < request->target_count; i++) {
        const struct item *item = NULL;
        enum kc_error error =
            backend->table->find(backend, request->service, request->targets[i], &item);
        if (error == KC_OK && is_wanted(operation, item)) {
            error = add_name(operation, request->targets[i]);
        }
        if (error != KC_OK && error != KC_NOT_FOUND) {
            return error;
        }
    }
    return operation->exchange->result_count > 0 ? KC_OK : say_not_found(operation);
}

enum kc_error operation_delete(struct operation *operation) {
    struct store_backend *backend = operation->backend;
    struct exchange *exchange = operation->exchange;
    struct walk walk = {.operation = operation};
    enum kc_error error = exchange->request->match == KC_MATCH_PREFIX ? walk_prefixes(&walk)
                                                                      : choose_exact(operation);
    for (size_t i = 0; error == KC_OK && i < exchange->result_count; i++) {
        error = backend->table->remove(backend, exchange->request->service,
                                       exchange->results[i].target);
        if (error == KC_NOT_FOUND) {
            error = KC_OK; /* named twice in the request */
        }
    }
    return error;
}

enum kc_error operation_search(struct operation *operation) {
    struct walk walk = {.operation = operation, .with_attributes = true};
    return walk_prefixes(&walk);
}

/* They stand in the results already: the policy isn't the store's. */
enum kc_error operation_grants(struct operation *operation) {
    (void)operation;
    return KC_OK;
}

/* The daemon has put what it knows into the first result; the store adds what it knows. */
enum kc_error operation_status(struct operation *operation) {
    struct exchange *exchange = operation->exchange;
    char items[32];
    const struct item *seal = NULL;
    struct store_backend *backend = operation->backend;
    size_t count = backend->table->count(backend);
    if (count > 0 && backend->table->find(backend, SEAL_SERVICE, SEAL_TARGET, &seal) == KC_OK) {
        count--; /* that one is ours */
    }
    (void)snprintf(items, sizeof items, "%zu", count);
    if (exchange->result_count != 1) {
        return KC_INTERNAL;
    }
    return attributes_add(&exchange->results[0].attributes, "items", items);
}

/* Stopping is the loop's business, once the answer is on its way. */
enum kc_error operation_stop(struct operation *operation) {
    (void)operation;
    return KC_OK;
}
