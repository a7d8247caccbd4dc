/* SPDX-License-Identifier: MIT */
/*
 * From one store to another: that every item arrives, that whatever breaks on the way loses
 * none, and that doing it again completes it. Both are file stores, each in its directory.
 * links: daemon/store/migrate.c daemon/store/sealed_file.c daemon/store/held.c
 * links: daemon/store/items.c daemon/store/keyring_text.c daemon/crypto.c
 * links: tests/unit/sealed_item.c tests/unit/temp_directory.c kc_static platform -lcrypto
 * links: -ljansson
 */
#include "daemon/store/migrate.h"

#include "daemon/store/backend.h"
#include "libkc/secret.h"
#include "tests/unit/sealed_item.h"
#include "tests/unit/temp_directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS 150 /* more than two batches */

/* A store that ends, like a process that is killed, at the call that `fuse` counts down to:
 * before it does anything, or right after. From then on it answers nothing. */
struct fuse {
    unsigned left; /* 0: burnt */
    bool is_after;
};

struct brittle {
    struct store_backend backend;
    struct store_backend *inner;
    struct fuse *fuse;
};

static struct store_backend *inner_of(struct store_backend *backend) {
    return ((struct brittle *)backend)->inner;
}

/* True when the call shall not happen. */
static bool burns_before(struct store_backend *backend) {
    struct fuse *fuse = ((struct brittle *)backend)->fuse;
    if (fuse->left > 0) {
        fuse->left--;
    }
    return fuse->left == 0 && !fuse->is_after;
}

static enum kc_error burn_after(struct store_backend *backend, enum kc_error error) {
    return ((struct brittle *)backend)->fuse->left == 0 ? KC_IO : error;
}

static enum kc_error brittle_refresh(struct store_backend *backend, char why[KC_MESSAGE_MAX]) {
    return inner_of(backend)->table->refresh(inner_of(backend), why);
}

static enum kc_error brittle_find(struct store_backend *backend, const char *service,
                                  const char *target, const struct item **ret_item) {
    return inner_of(backend)->table->find(inner_of(backend), service, target, ret_item);
}

static enum kc_error brittle_each(struct store_backend *backend, item_visitor *visit,
                                  void *context) {
    return inner_of(backend)->table->each(inner_of(backend), visit, context);
}

static enum kc_error brittle_put(struct store_backend *backend, struct item **take_item) {
    if (burns_before(backend)) {
        item_free(*take_item);
        *take_item = NULL;
        return KC_IO;
    }
    return burn_after(backend, inner_of(backend)->table->put(inner_of(backend), take_item));
}

static enum kc_error brittle_remove(struct store_backend *backend, const char *service,
                                    const char *target) {
    if (burns_before(backend)) {
        return KC_IO;
    }
    return burn_after(backend,
                      inner_of(backend)->table->remove(inner_of(backend), service, target));
}

static enum kc_error brittle_prepare(struct store_backend *backend) {
    if (burns_before(backend)) {
        return KC_IO;
    }
    return burn_after(backend, inner_of(backend)->table->prepare(inner_of(backend)));
}

static enum kc_error brittle_commit(struct store_backend *backend) {
    if (burns_before(backend)) {
        return KC_IO;
    }
    return burn_after(backend, inner_of(backend)->table->commit(inner_of(backend)));
}

static void brittle_rollback(struct store_backend *backend) {
    inner_of(backend)->table->rollback(inner_of(backend));
}

static size_t brittle_count(struct store_backend *backend) {
    return inner_of(backend)->table->count(inner_of(backend));
}

static const struct store_table brittle_table = {
    .name = "brittle",
    .refresh = brittle_refresh,
    .find = brittle_find,
    .each = brittle_each,
    .put = brittle_put,
    .remove = brittle_remove,
    .prepare = brittle_prepare,
    .commit = brittle_commit,
    .rollback = brittle_rollback,
    .count = brittle_count,
};

struct move {
    struct secret *key;
    char *directories[2];
    struct fuse fuse;
    struct brittle stores[2]; /* from, to */
};

static void open_store(struct move *move, size_t index) {
    char why[KC_MESSAGE_MAX] = "";
    struct brittle *store = &move->stores[index];
    *store = (struct brittle){.backend = {.table = &brittle_table}, .fuse = &move->fuse};
    assert_int_equal(
        sealed_file_open(move->directories[index], key_id_of(move->key), &store->inner, why),
        KC_OK);
}

static void close_store(struct move *move, size_t index) {
    struct store_backend *inner = move->stores[index].inner;
    inner->table->close(inner);
}

static void reopen(struct move *move) {
    move->fuse = (struct fuse){.left = 1000000};
    for (size_t i = 0; i < 2; i++) {
        close_store(move, i);
        open_store(move, i);
    }
}

static int enter(void **state) {
    struct move *move = calloc(1, sizeof *move);
    assert_non_null(move);
    move->key = key_filled('k');
    move->fuse.left = 1000000;
    for (size_t i = 0; i < 2; i++) {
        move->directories[i] = temp_directory_new();
        open_store(move, i);
    }
    *state = move;
    return 0;
}

static int leave(void **state) {
    struct move *move = *state;
    for (size_t i = 0; i < 2; i++) {
        close_store(move, i);
        temp_directory_remove(move->directories[i]);
    }
    secret_free(move->key);
    free(move);
    return 0;
}

static void put(struct move *move, size_t index, const char *target, const char *value) {
    struct store_backend *inner = move->stores[index].inner;
    struct item *item = item_sealed(move->key, "s", target, "test", value);
    assert_int_equal(inner->table->put(inner, &item), KC_OK);
}

static void commit(struct move *move, size_t index) {
    struct store_backend *inner = move->stores[index].inner;
    assert_int_equal(inner->table->prepare(inner), KC_OK);
    assert_int_equal(inner->table->commit(inner), KC_OK);
}

static void fill_with(struct move *move, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        char target[16];
        (void)snprintf(target, sizeof target, "t%u", i);
        put(move, 0, target, target);
    }
    commit(move, 0);
}

static void fill(struct move *move) {
    fill_with(move, ITEMS);
}

static bool holds(struct move *move, size_t index, const char *target, const char *value) {
    struct store_backend *inner = move->stores[index].inner;
    const struct item *item = NULL;
    return inner->table->find(inner, "s", target, &item) == KC_OK &&
           item_holds(move->key, item, value) && item->attributes.count == 1;
}

static size_t count_of(struct move *move, size_t index) {
    return move->stores[index].inner->table->count(move->stores[index].inner);
}

static struct migration begin(struct move *move, enum migrate_use use) {
    return (struct migration){.source = &move->stores[0].backend,
                              .destination = &move->stores[1].backend,
                              .key = move->key,
                              .use = use};
}

static enum kc_error go(struct migration *migration) {
    enum kc_error error = migrate_look(migration);
    if (error == KC_OK) {
        error = migrate_copy(migration);
    }
    if (error == KC_OK) {
        error = migrate_verify(migration);
    }
    if (error == KC_OK) {
        error = migrate_empty(migration);
    }
    migrate_clear(migration);
    return error;
}

static void test_migrate_moves_every_item(void **state) {
    struct move *move = *state;
    fill(move);
    struct item *other = item_sealed(move->key, "another", "t", NULL, "v");
    struct store_backend *inner = move->stores[0].inner;
    assert_int_equal(inner->table->put(inner, &other), KC_OK);
    commit(move, 0);
    struct migration migration = begin(move, MIGRATE_UNKNOWN);
    assert_int_equal(go(&migration), KC_OK);
    assert_string_equal(migration.why, "");
    assert_int_equal(migration.missing, ITEMS + 1);
    assert_int_equal(migration.removed, ITEMS + 1);
    reopen(move);
    assert_int_equal(count_of(move, 0), 0);
    assert_int_equal(count_of(move, 1), ITEMS + 1);
    assert_true(holds(move, 1, "t0", "t0"));
    assert_true(holds(move, 1, "t149", "t149"));
}

/* The last batch may be full, or just begun. */
static void test_migrate_moves_any_number(void **state) {
    static const unsigned counts[] = {1, 63, 64, 65, 127, 128, 129};
    struct move *move = *state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        fill_with(move, counts[i]);
        struct migration migration = begin(move, MIGRATE_SOURCE);
        assert_int_equal(go(&migration), KC_OK);
        reopen(move);
        assert_int_equal(count_of(move, 0), 0);
        assert_int_equal(count_of(move, 1), counts[i]);
    }
}

static void test_migrate_of_nothing_is_done_at_once(void **state) {
    struct migration migration = begin(*state, MIGRATE_UNKNOWN);
    assert_int_equal(go(&migration), KC_OK);
    assert_int_equal(migration.removed, 0);
}

/* Ended at its n-th change, it has lost nothing; done again, it is complete. */
static bool survives(struct move *move, unsigned calls, bool is_after) {
    move->fuse = (struct fuse){.left = calls, .is_after = is_after};
    struct migration migration = begin(move, MIGRATE_SOURCE);
    enum kc_error error = go(&migration);
    reopen(move);
    for (unsigned i = 0; i < ITEMS; i++) {
        char target[16];
        (void)snprintf(target, sizeof target, "t%u", i);
        assert_true(holds(move, 0, target, target) || holds(move, 1, target, target));
    }
    migration = begin(move, MIGRATE_SOURCE);
    assert_int_equal(go(&migration), KC_OK);
    reopen(move);
    assert_int_equal(count_of(move, 0), 0);
    assert_int_equal(count_of(move, 1), ITEMS);
    return error == KC_OK;
}

static void swap_directories(struct move *move) {
    for (size_t i = 0; i < 2; i++) {
        close_store(move, i);
    }
    char *first = move->directories[0];
    move->directories[0] = move->directories[1];
    move->directories[1] = first;
    for (size_t i = 0; i < 2; i++) {
        open_store(move, i);
    }
}

/* Twice ITEMS changes, and two calls more for each of the six batches. Around the end of a batch
 * every call counts; within it, one in nine tells enough. */
static void test_migrate_survives_an_end_at_any_call(void **state) {
    struct move *move = *state;
    fill(move);
    unsigned calls = 1;
    bool is_done = false;
    while (!is_done) {
        is_done = survives(move, calls, false);
        swap_directories(move);
        if (!is_done) {
            assert_false(survives(move, calls, true));
            swap_directories(move);
        }
        unsigned place = calls % 66;
        calls += place > 60 || place < 4 ? 1 : 9;
    }
    assert_in_range(calls, 2 * ITEMS + 12, 2 * ITEMS + 12 + 10);
}

static void test_migrate_fails_with_the_destination_and_keeps_the_source(void **state) {
    struct move *move = *state;
    fill(move);
    move->fuse.left = 1;
    struct migration migration = begin(move, MIGRATE_SOURCE);
    assert_int_equal(go(&migration), KC_IO);
    assert_non_null(strstr(migration.why, "the store \"brittle\""));
    reopen(move);
    assert_int_equal(count_of(move, 0), ITEMS);
    assert_int_equal(count_of(move, 1), 0);
}

static void test_migrate_replaces_an_old_copy(void **state) {
    struct move *move = *state;
    put(move, 0, "t", "new");
    put(move, 1, "t", "old");
    put(move, 1, "u", "other");
    commit(move, 0);
    commit(move, 1);
    struct migration migration = begin(move, MIGRATE_SOURCE);
    assert_int_equal(go(&migration), KC_OK);
    assert_int_equal(migration.differing, 1);
    assert_true(holds(move, 1, "t", "new"));
    assert_true(holds(move, 1, "u", "other"));
    assert_int_equal(count_of(move, 0), 0);
}

static void test_migrate_leaves_the_store_in_use_right(void **state) {
    struct move *move = *state;
    put(move, 0, "t", "old");
    put(move, 0, "u", "missing");
    put(move, 1, "t", "new");
    commit(move, 0);
    commit(move, 1);
    struct migration migration = begin(move, MIGRATE_DESTINATION);
    assert_int_equal(go(&migration), KC_OK);
    assert_int_equal(migration.differing, 1);
    assert_int_equal(migration.removed, 1);
    assert_true(holds(move, 1, "t", "new"));
    assert_true(holds(move, 1, "u", "missing"));
    assert_true(holds(move, 0, "t", "old"));
}

static void test_migrate_asks_which_of_two_is_right(void **state) {
    struct move *move = *state;
    put(move, 0, "a", "v");
    put(move, 0, "t", "one");
    put(move, 1, "t", "two");
    commit(move, 0);
    commit(move, 1);
    struct migration migration = begin(move, MIGRATE_UNKNOWN);
    assert_int_equal(go(&migration), KC_EXISTS);
    assert_non_null(strstr(migration.why, "\"s\" \"t\" is in both stores"));
    assert_int_equal(count_of(move, 0), 2);
    assert_int_equal(count_of(move, 1), 1);
}

static void test_migrate_stops_at_an_item_that_does_not_decrypt(void **state) {
    struct move *move = *state;
    struct item *item = item_sealed(move->key, "s", "bad", NULL, "v");
    item->sealed[item->sealed_length - 1] ^= 1;
    struct store_backend *inner = move->stores[0].inner;
    assert_int_equal(inner->table->put(inner, &item), KC_OK);
    put(move, 0, "a", "v");
    commit(move, 0);
    struct migration migration = begin(move, MIGRATE_SOURCE);
    assert_int_equal(go(&migration), KC_DAMAGED);
    assert_non_null(strstr(migration.why, "\"bad\" doesn't decrypt"));
    assert_int_equal(count_of(move, 0), 2);
    assert_int_equal(count_of(move, 1), 0);
}

static void test_migrate_verify_sees_what_was_lost_or_exchanged(void **state) {
    struct move *move = *state;
    put(move, 0, "t", "v");
    commit(move, 0);
    struct migration migration = begin(move, MIGRATE_SOURCE);
    assert_int_equal(migrate_look(&migration), KC_OK);
    assert_int_equal(migrate_verify(&migration), KC_CHANGED);
    assert_non_null(strstr(migration.why, "isn't there"));
    put(move, 1, "t", "exchanged");
    commit(move, 1);
    assert_int_equal(migrate_verify(&migration), KC_CHANGED);
    assert_non_null(strstr(migration.why, "isn't the same"));
    /* And what isn't there just so isn't taken from where it is. */
    assert_int_equal(migrate_empty(&migration), KC_OK);
    assert_int_equal(migration.removed, 0);
    assert_true(holds(move, 0, "t", "v"));
    migrate_clear(&migration);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_migrate_moves_every_item, enter, leave),
        cmocka_unit_test_setup_teardown(test_migrate_moves_any_number, enter, leave),
        cmocka_unit_test_setup_teardown(test_migrate_of_nothing_is_done_at_once, enter, leave),
        cmocka_unit_test_setup_teardown(test_migrate_survives_an_end_at_any_call, enter, leave),
        cmocka_unit_test_setup_teardown(
            test_migrate_fails_with_the_destination_and_keeps_the_source, enter, leave),
        cmocka_unit_test_setup_teardown(test_migrate_replaces_an_old_copy, enter, leave),
        cmocka_unit_test_setup_teardown(test_migrate_leaves_the_store_in_use_right, enter, leave),
        cmocka_unit_test_setup_teardown(test_migrate_asks_which_of_two_is_right, enter, leave),
        cmocka_unit_test_setup_teardown(test_migrate_stops_at_an_item_that_does_not_decrypt, enter,
                                        leave),
        cmocka_unit_test_setup_teardown(test_migrate_verify_sees_what_was_lost_or_exchanged, enter,
                                        leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
