/* SPDX-License-Identifier: MIT */
/* Copies of the source's items are the list that is worked off; a walk may change nothing. */
#include "daemon/store/migrate.h"

#include "daemon/crypto.h"
#include "daemon/store/backend.h"
#include "libkc/error.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many changes are made durable together: a store may have a deadline for it. */
#define BATCH_SIZE 64

static enum kc_error explain(struct migration *migration, struct store_backend *backend,
                             enum kc_error error) {
    if (error != KC_OK && migration->why[0] == '\0') {
        const char *trouble =
            backend->table->trouble != NULL ? backend->table->trouble(backend) : "";
        (void)snprintf(migration->why, sizeof migration->why, "the store \"%s\": %s",
                       backend->table->name, trouble[0] != '\0' ? trouble : kc_error_text(error));
    }
    return error;
}

static enum kc_error refuse(struct migration *migration, enum kc_error error,
                            const struct item *item, const char *what) {
    char service[128];
    char target[256];
    (void)snprintf(migration->why, sizeof migration->why, "\"%s\" \"%s\" %s",
                   parse_escape(item->service, strlen(item->service), service, sizeof service),
                   parse_escape(item->target, strlen(item->target), target, sizeof target), what);
    return error;
}

static bool is_same(const struct item *one, const struct item *other) {
    return one->sealed_length == other->sealed_length &&
           memcmp(one->sealed, other->sealed, one->sealed_length) == 0 &&
           one->attributes.count == other->attributes.count &&
           attributes_match(&one->attributes, &other->attributes);
}

static enum kc_error check_opens(const struct migration *migration, const struct item *item) {
    KC_AUTO(secret) value = NULL;
    return crypto_unseal(migration->key, item->service, item->target, &item->attributes,
                         item->sealed, item->sealed_length, &value);
}

static enum kc_error copy_item(const struct item *item, struct item **ret_copy) {
    KC_AUTO(item) copy = NULL;
    enum kc_error error = item_new(item->service, item->target, &item->attributes, &copy);
    if (error != KC_OK) {
        return error;
    }
    copy->sealed = malloc(item->sealed_length);
    if (copy->sealed == NULL) {
        return KC_NO_MEMORY;
    }
    memcpy(copy->sealed, item->sealed, item->sealed_length);
    copy->sealed_length = item->sealed_length;
    *ret_copy = copy;
    copy = NULL;
    return KC_OK;
}

/* `ret_item` is NULL when the destination has none. */
static enum kc_error find_there(struct migration *migration, const struct item *item,
                                const struct item **ret_item) {
    struct store_backend *there = migration->destination;
    enum kc_error error = there->table->find(there, item->service, item->target, ret_item);
    if (error == KC_NOT_FOUND) {
        *ret_item = NULL;
        return KC_OK;
    }
    return explain(migration, there, error);
}

static enum kc_error look_at(const struct item *item, void *context) {
    struct migration *migration = context;
    KC_AUTO(item) copy = NULL;
    const struct item *there = NULL;
    enum kc_error error = check_opens(migration, item);
    if (error == KC_DAMAGED) {
        return refuse(migration, error, item,
                      "doesn't decrypt: it was damaged or exchanged; write it anew or delete it, "
                      "then run this again");
    }
    if (error == KC_OK) {
        error = find_there(migration, item, &there);
    }
    if (error != KC_OK) {
        return error;
    }
    bool is_differing = there != NULL && !is_same(item, there);
    if (is_differing && migration->use == MIGRATE_UNKNOWN) {
        return refuse(
            migration, KC_EXISTS, item,
            "is in both stores, and they differ; say in config.json which \"store\" is in "
            "use, then run this again");
    }
    migration->missing += there == NULL;
    migration->differing += is_differing;
    error = copy_item(item, &copy);
    return error == KC_OK ? items_put(migration->items, &copy) : error;
}

static enum kc_error refresh(struct migration *migration, struct store_backend *backend) {
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = backend->table->refresh(backend, why);
    if (error != KC_OK && why[0] != '\0') {
        (void)snprintf(migration->why, sizeof migration->why, "%s", why);
    }
    return explain(migration, backend, error);
}

static enum kc_error refresh_both(struct migration *migration) {
    enum kc_error error = refresh(migration, migration->source);
    return error == KC_OK ? refresh(migration, migration->destination) : error;
}

enum kc_error migrate_look(struct migration *migration) {
    enum kc_error error = items_new(&migration->items);
    if (error == KC_OK) {
        error = refresh_both(migration);
    }
    if (error == KC_OK) {
        error = migration->source->table->each(migration->source, look_at, migration);
    }
    return explain(migration, migration->source, error);
}

/* What was staged becomes durable and counts; nothing stays staged. */
static enum kc_error settle(struct migration *migration, struct store_backend *backend) {
    enum kc_error error = backend->table->prepare(backend);
    if (error == KC_OK) {
        error = backend->table->commit(backend);
    }
    (void)explain(migration, backend, error);
    if (error != KC_OK) {
        backend->table->rollback(backend);
    }
    return error;
}

/* One item's turn; `ret_staged` when it changed anything. */
typedef enum kc_error migrate_step(struct migration *migration, const struct item *item,
                                   bool *ret_staged);

static enum kc_error work_off(struct migration *migration, struct store_backend *backend,
                              migrate_step *step) {
    enum kc_error error = KC_OK;
    size_t staged = 0;
    for (size_t i = 0; error == KC_OK && i < items_count(migration->items); i++) {
        bool is_staged = false;
        error = step(migration, items_at(migration->items, i), &is_staged);
        staged += is_staged;
        if (error == KC_OK && staged == BATCH_SIZE) {
            error = settle(migration, backend);
            staged = 0;
        }
    }
    if (error == KC_OK && staged > 0) {
        return settle(migration, backend);
    }
    if (error != KC_OK) {
        backend->table->rollback(backend);
    }
    return error;
}

static enum kc_error copy_one(struct migration *migration, const struct item *item,
                              bool *ret_staged) {
    KC_AUTO(item) copy = NULL;
    const struct item *there = NULL;
    enum kc_error error = find_there(migration, item, &there);
    bool is_right =
        there != NULL && (migration->use == MIGRATE_DESTINATION || is_same(item, there));
    if (error != KC_OK || is_right) {
        return error;
    }
    error = copy_item(item, &copy);
    if (error == KC_OK) {
        error = migration->destination->table->put(migration->destination, &copy);
    }
    *ret_staged = error == KC_OK;
    return explain(migration, migration->destination, error);
}

enum kc_error migrate_copy(struct migration *migration) {
    return work_off(migration, migration->destination, copy_one);
}

static enum kc_error verify_one(struct migration *migration, const struct item *item) {
    const struct item *there = NULL;
    enum kc_error error = find_there(migration, item, &there);
    if (error != KC_OK) {
        return error;
    }
    if (there == NULL) {
        return refuse(migration, KC_CHANGED, item, "was copied, but isn't there");
    }
    if (migration->use != MIGRATE_DESTINATION && !is_same(item, there)) {
        return refuse(migration, KC_CHANGED, item, "was copied, but isn't the same there");
    }
    error = check_opens(migration, there);
    return error == KC_DAMAGED
               ? refuse(migration, error, item, "doesn't decrypt where it was copied to")
               : explain(migration, migration->destination, error);
}

enum kc_error migrate_verify(struct migration *migration) {
    enum kc_error error = refresh(migration, migration->destination);
    for (size_t i = 0; error == KC_OK && i < items_count(migration->items); i++) {
        error = verify_one(migration, items_at(migration->items, i));
    }
    return error;
}

static enum kc_error remove_one(struct migration *migration, const struct item *item,
                                bool *ret_staged) {
    const struct item *there = NULL;
    enum kc_error error = find_there(migration, item, &there);
    if (error != KC_OK || there == NULL || !is_same(item, there)) {
        return error;
    }
    error = migration->source->table->remove(migration->source, item->service, item->target);
    *ret_staged = error == KC_OK;
    migration->removed += error == KC_OK;
    return error == KC_NOT_FOUND ? KC_OK : explain(migration, migration->source, error);
}

enum kc_error migrate_empty(struct migration *migration) {
    return work_off(migration, migration->source, remove_one);
}

void migrate_clear(struct migration *migration) {
    items_free(migration->items);
    migration->items = NULL;
}
