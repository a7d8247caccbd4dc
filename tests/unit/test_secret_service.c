/* SPDX-License-Identifier: MIT */
/*
 * The store secret-service against a keyring that dies at every step in turn: all of a turn's
 * changes count or none, now or once the keyring is back. That it keeps the contract of every
 * store, with a real keyring, is tests/integration/300-secret-service.bats.
 *
 * links: daemon/store/secret_service.c daemon/store/secret_service_commit.c daemon/store/items.c
 * links: daemon/crypto.c libkc/attributes.c libkc/parse.c libkc/parse_escape.c libkc/secret.c
 * links: tests/unit/fake_provider.c tests/unit/sealed_item.c platform -lcrypto
 */
#include "daemon/store/backend.h"

#include "libkc/secret.h"
#include "tests/unit/fake_provider.h"
#include "tests/unit/sealed_item.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

struct store {
    struct store_backend *backend;
    const struct store_table *table;
    struct secret *key;
};

static int open_store(void **state) {
    struct store *store = calloc(1, sizeof *store);
    char why[KC_MESSAGE_MAX] = "";
    assert_non_null(store);
    store->key = key_filled('k');
    assert_int_equal(sealed_service_open(key_id_of(store->key), &store->backend, why), KC_OK);
    store->table = store->backend->table;
    *state = store;
    return 0;
}

static int close_store(void **state) {
    struct store *store = *state;
    store->table->close(store->backend);
    secret_free(store->key);
    free(store);
    return 0;
}

static void put(struct store *store, const char *target, const char *value) {
    struct item *item = item_sealed(store->key, "s", target, NULL, value);
    assert_int_equal(store->table->put(store->backend, &item), KC_OK);
}

static void remove_target(struct store *store, const char *target) {
    assert_int_equal(store->table->remove(store->backend, "s", target), KC_OK);
}

static enum kc_error commit(struct store *store) {
    enum kc_error error = store->table->prepare(store->backend);
    if (error != KC_OK) {
        store->table->rollback(store->backend);
        return error;
    }
    return store->table->commit(store->backend);
}

static enum kc_error refresh(struct store *store) {
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = store->table->refresh(store->backend, why);
    assert_int_equal(error == KC_OK, why[0] == '\0');
    return error;
}

/* NULL: it isn't there. */
static void assert_value(struct store *store, const char *target, const char *value) {
    const struct item *item = NULL;
    enum kc_error error = store->table->find(store->backend, "s", target, &item);
    assert_int_equal(error, value != NULL ? KC_OK : KC_NOT_FOUND);
    assert_true(value == NULL || item_holds(store->key, item, value));
}

/* Two that are replaced, two that go, one that is new: ten changes to the keyring at most. */
static void begin(struct store *store) {
    put(store, "a", "old a");
    put(store, "b", "old b");
    put(store, "c", "old c");
    put(store, "d", "old d");
    assert_int_equal(commit(store), KC_OK);
    assert_int_equal(refresh(store), KC_OK);
}

static enum kc_error change(struct store *store) {
    put(store, "a", "new a");
    put(store, "b", "new b");
    remove_target(store, "c");
    remove_target(store, "d");
    put(store, "e", "new e");
    return commit(store);
}

static void assert_all(struct store *store, bool is_new) {
    assert_value(store, "a", is_new ? "new a" : "old a");
    assert_value(store, "b", is_new ? "new b" : "old b");
    assert_value(store, "c", is_new ? NULL : "old c");
    assert_value(store, "d", is_new ? NULL : "old d");
    assert_value(store, "e", is_new ? "new e" : NULL);
}

#define MAKING_AND_REMOVING 5 /* changes of change() before it counts */
#define ALL_CHANGES         7 /* with the old copies of what was replaced */

static void die_at(struct store *store, size_t step, bool is_done, bool stays_away) {
    begin(store);
    fake_provider_fail_after(fake_provider(), step, is_done, stays_away);
    enum kc_error error = change(store);
    assert_int_equal(error, step < MAKING_AND_REMOVING ? KC_IO : KC_OK);
    if (stays_away) {
        assert_int_equal(refresh(store), KC_IO);
        assert_int_equal(commit(store), KC_OK); /* a turn that changes nothing */
        fake_provider_mend(fake_provider());
    }
    assert_int_equal(refresh(store), KC_OK);
    assert_all(store, error == KC_OK);
    put(store, "a", "newest a");
    put(store, "b", "newest b");
    assert_int_equal(commit(store), KC_OK);
    assert_value(store, "a", "newest a");
    assert_int_equal(fake_provider_copies(fake_provider()), error == KC_OK ? 3 : 4);
}

static void test_secret_service_changes_all_or_nothing_wherever_the_keyring_dies(void **state) {
    (void)state;
    for (size_t step = 0; step < ALL_CHANGES; step++) {
        for (unsigned way = 0; way < 4; way++) {
            void *store = NULL;
            assert_int_equal(open_store(&store), 0);
            die_at(store, step, (way & 1) != 0, (way & 2) != 0);
            assert_int_equal(close_store(&store), 0);
        }
    }
}

static void test_secret_service_tries_again_until_a_change_is_taken_back(void **state) {
    struct store *store = *state;
    begin(store);
    fake_provider_fail_after(fake_provider(), 3, false, false);
    assert_int_equal(change(store), KC_IO);
    /* The keyring is back, and dies again while it is mended. */
    fake_provider_fail_after(fake_provider(), 1, true, false);
    assert_int_equal(refresh(store), KC_IO);
    assert_int_equal(refresh(store), KC_OK);
    assert_all(store, false);
    assert_int_equal(fake_provider_copies(fake_provider()), 4);
}

static void test_secret_service_says_what_was_wrong(void **state) {
    struct store *store = *state;
    begin(store);
    fake_provider_fail_after(fake_provider(), 0, false, true);
    assert_int_equal(change(store), KC_IO);
    assert_string_equal(store->table->trouble(store->backend), "the fake keyring is away");
    fake_provider_mend(fake_provider());
    assert_int_equal(refresh(store), KC_OK);
    assert_string_equal(store->table->trouble(store->backend), "");
}

static void test_secret_service_keeps_what_another_key_sealed(void **state) {
    struct store *store = *state;
    struct secret *other = key_filled('o');
    struct item *item = item_sealed(other, "s", "t", NULL, "theirs");
    assert_int_equal(store->table->put(store->backend, &item), KC_OK);
    assert_int_equal(commit(store), KC_OK);
    item = item_sealed(store->key, "s", "t", NULL, "ours");
    assert_int_equal(store->table->put(store->backend, &item), KC_DAMAGED);
    assert_null(item);
    assert_non_null(strstr(store->table->trouble(store->backend), "isn't overwritten"));
    assert_int_equal(commit(store), KC_OK);
    const struct item *found = NULL;
    assert_int_equal(store->table->find(store->backend, "s", "t", &found), KC_OK);
    assert_true(item_holds(other, found, "theirs"));
    secret_free(other);
}

static void test_secret_service_refuses_a_commit_that_was_not_prepared(void **state) {
    struct store *store = *state;
    put(store, "t", "one");
    assert_int_equal(store->table->commit(store->backend), KC_INTERNAL);
    assert_value(store, "t", NULL);
    assert_int_equal(fake_provider_copies(fake_provider()), 0);
}

static void test_secret_service_counts_as_before_when_the_keyring_is_away(void **state) {
    struct store *store = *state;
    begin(store);
    assert_int_equal(store->table->count(store->backend), 4);
    fake_provider_fail_after(fake_provider(), 0, false, true);
    assert_int_equal(change(store), KC_IO);
    assert_int_equal(store->table->count(store->backend), 4);
    fake_provider_mend(fake_provider());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secret_service_changes_all_or_nothing_wherever_the_keyring_dies),
        cmocka_unit_test_setup_teardown(
            test_secret_service_tries_again_until_a_change_is_taken_back, open_store, close_store),
        cmocka_unit_test_setup_teardown(test_secret_service_says_what_was_wrong, open_store,
                                        close_store),
        cmocka_unit_test_setup_teardown(test_secret_service_keeps_what_another_key_sealed,
                                        open_store, close_store),
        cmocka_unit_test_setup_teardown(test_secret_service_refuses_a_commit_that_was_not_prepared,
                                        open_store, close_store),
        cmocka_unit_test_setup_teardown(
            test_secret_service_counts_as_before_when_the_keyring_is_away, open_store, close_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
