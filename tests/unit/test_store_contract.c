/* SPDX-License-Identifier: MIT */
/*
 * The contract of every store (daemon/store/backend.h): each case runs against each of them,
 * through the table alone. A new store adds an opener and its column to the list of tests.
 *
 * The desktop's keyring is there only where KC_TEST_SECRET_SERVICE says that the session bus leads
 * to one that may be written to (tests/integration/300-secret-service.bats); then it is the only
 * one that is tested, and every item of ours in it is deleted.
 *
 * links: secret_service daemon/store/memory.c daemon/store/sealed_file.c
 * links: daemon/store/keyring_text.c daemon/store/held.c daemon/store/items.c
 * links: daemon/crypto.c libkc/attributes.c libkc/message_memory.c
 * links: libkc/base64.c libkc/error.c libkc/parse.c libkc/parse_escape.c libkc/secret.c
 * links: tests/unit/sealed_item.c tests/unit/temp_directory.c platform -ljansson -lcrypto
 */
#include "daemon/store/backend.h"

#include "libkc/secret.h"
#include "tests/unit/sealed_item.h"
#include "tests/unit/temp_directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct store {
    struct store_backend *backend;
    struct secret *key;
    char *directory; /* NULL for a store that has none */
    bool is_desktop;
};

static struct store *store_new(void) {
    struct store *store = calloc(1, sizeof *store);
    assert_non_null(store);
    store->key = key_filled('k');
    return store;
}

static int open_memory(void **state) {
    struct store *store = store_new();
    assert_int_equal(memory_open(&store->backend), KC_OK);
    *state = store;
    return 0;
}

static void open_directory(struct store *store) {
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error =
        sealed_file_open(store->directory, key_id_of(store->key), &store->backend, why);
    assert_string_equal(why, "");
    assert_int_equal(error, KC_OK);
}

static int open_file(void **state) {
    struct store *store = store_new();
    store->directory = temp_directory_new();
    open_directory(store);
    *state = store;
    return 0;
}

static void open_keyring(struct store *store) {
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = sealed_service_open(key_id_of(store->key), &store->backend, why);
    assert_string_equal(why, "");
    assert_int_equal(error, KC_OK);
}

/* A visitor changes nothing: the names first. */
static enum kc_error note_name(const struct item *item, void *context) {
    static const struct attributes none;
    struct item *name = NULL;
    assert_int_equal(item_new(item->service, item->target, &none, &name), KC_OK);
    return items_put(context, &name);
}

/* Whatever an earlier case left there. */
static void empty_keyring(struct store_backend *backend) {
    struct items *names = NULL;
    assert_int_equal(items_new(&names), KC_OK);
    assert_int_equal(backend->table->each(backend, note_name, names), KC_OK);
    for (size_t i = 0; i < items_count(names); i++) {
        const struct item *name = items_at(names, i);
        assert_int_equal(backend->table->remove(backend, name->service, name->target), KC_OK);
    }
    items_free(names);
    assert_int_equal(backend->table->prepare(backend), KC_OK);
    assert_int_equal(backend->table->commit(backend), KC_OK);
    assert_int_equal(backend->table->count(backend), 0);
}

static int open_desktop(void **state) {
    struct store *store = store_new();
    store->is_desktop = true;
    open_keyring(store);
    empty_keyring(store->backend);
    *state = store;
    return 0;
}

static int close_desktop(void **state) {
    struct store *store = *state;
    empty_keyring(store->backend);
    store->backend->table->close(store->backend);
    secret_free(store->key);
    free(store);
    return 0;
}

static int close_store(void **state) {
    struct store *store = *state;
    store->backend->table->close(store->backend);
    secret_free(store->key);
    temp_directory_remove(store->directory);
    free(store);
    return 0;
}

/* As a daemon that was started anew. A store that keeps nothing stays as it is. */
static void reopen(struct store *store) {
    if (store->directory != NULL) {
        store->backend->table->close(store->backend);
        open_directory(store);
    } else if (store->is_desktop) {
        store->backend->table->close(store->backend);
        open_keyring(store);
    }
}

static void put_with(struct store *store, const char *service, const char *target,
                     const char *environment, const char *value) {
    struct item *item = item_sealed(store->key, service, target, environment, value);
    assert_int_equal(store->backend->table->put(store->backend, &item), KC_OK);
    assert_null(item);
}

static void put(struct store *store, const char *target, const char *value) {
    put_with(store, "s", target, NULL, value);
}

static void remove_target(struct store *store, const char *target) {
    assert_int_equal(store->backend->table->remove(store->backend, "s", target), KC_OK);
}

static void refresh(struct store *store) {
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(store->backend->table->refresh(store->backend, why), KC_OK);
    assert_string_equal(why, "");
}

static void commit(struct store *store) {
    assert_int_equal(store->backend->table->prepare(store->backend), KC_OK);
    assert_int_equal(store->backend->table->commit(store->backend), KC_OK);
}

static size_t count_of(struct store *store) {
    return store->backend->table->count(store->backend);
}

static const struct item *find(struct store *store, const char *service, const char *target) {
    const struct item *item = NULL;
    enum kc_error error = store->backend->table->find(store->backend, service, target, &item);
    assert_int_equal(error, item != NULL ? KC_OK : KC_NOT_FOUND);
    return item;
}

/* NULL: it isn't there. */
static void assert_value(struct store *store, const char *target, const char *value) {
    const struct item *item = find(store, "s", target);
    if (value == NULL) {
        assert_null(item);
        return;
    }
    assert_non_null(item);
    assert_true(item_holds(store->key, item, value));
}

static void store_finds_what_was_put(void **state) {
    struct store *store = *state;
    refresh(store);
    assert_int_equal(count_of(store), 0);
    put(store, "t", "one");
    assert_value(store, "t", "one");
    assert_value(store, "u", NULL);
    commit(store);
    reopen(store);
    assert_value(store, "t", "one");
    assert_int_equal(count_of(store), 1);
}

static void store_replaces_a_value(void **state) {
    struct store *store = *state;
    put(store, "t", "one");
    commit(store);
    put(store, "t", "two");
    assert_value(store, "t", "two");
    commit(store);
    reopen(store);
    assert_value(store, "t", "two");
    assert_int_equal(count_of(store), 1);
}

static void store_removes_a_value(void **state) {
    struct store *store = *state;
    put(store, "t", "one");
    put(store, "u", "two");
    commit(store);
    remove_target(store, "t");
    assert_int_equal(store->backend->table->remove(store->backend, "s", "t"), KC_NOT_FOUND);
    commit(store);
    reopen(store);
    assert_value(store, "t", NULL);
    assert_value(store, "u", "two");
}

static void store_becomes_empty_again(void **state) {
    struct store *store = *state;
    put(store, "t", "one");
    commit(store);
    remove_target(store, "t");
    commit(store);
    reopen(store);
    refresh(store);
    assert_int_equal(count_of(store), 0);
}

static void store_keeps_attributes(void **state) {
    struct store *store = *state;
    put_with(store, "s", "t", "a \"quoted\\ \xe2\x82\xac\" value\nwith lines", "one");
    put(store, "u", "two");
    commit(store);
    reopen(store);
    const struct item *item = find(store, "s", "t");
    assert_int_equal(item->attributes.count, 1);
    assert_string_equal(attributes_get(&item->attributes, "environment"),
                        "a \"quoted\\ \xe2\x82\xac\" value\nwith lines");
    assert_value(store, "t", "one");
    assert_int_equal(find(store, "s", "u")->attributes.count, 0);
}

/* Names at their limits, and with every character that has a meaning somewhere. */
static void store_keeps_odd_names(void **state) {
    struct store *store = *state;
    char service_max[KC_SERVICE_MAX + 1] = {0};
    char target_max[KC_TARGET_MAX + 1] = {0};
    memset(service_max, 'S', KC_SERVICE_MAX);
    memset(target_max, 'T', KC_TARGET_MAX);
    const struct {
        const char *service;
        const char *target;
    } names[] = {
        {"\"", "\\"},
        {"\\\"", "/../.."},
        {"a", "b:c"},
        {"a:b", "c"},
        {" ", "  "},
        {"%s%n", "${HOME}"},
        {",", "]}"},
        {"ключ", "\xf0\x9f\x94\x91"},
        {"e\xcc\x81", "\xc3\xa9"},
        {"{\"a\":1}", "u0000\\u0000"},
        {service_max, target_max},
    };
    size_t count = sizeof names / sizeof names[0];
    for (size_t i = 0; i < count; i++) {
        put_with(store, names[i].service, names[i].target, NULL, names[i].target);
    }
    commit(store);
    reopen(store);
    assert_int_equal(count_of(store), count);
    for (size_t i = 0; i < count; i++) {
        const struct item *item = find(store, names[i].service, names[i].target);
        assert_non_null(item);
        assert_true(item_holds(store->key, item, names[i].target));
    }
    assert_null(find(store, "a:b:c", ""));
    assert_null(find(store, "\xc3\xa9", "\xc3\xa9"));
}

static void store_keeps_values_of_any_size(void **state) {
    struct store *store = *state;
    static char largest[KC_VALUE_MAX + 1];
    memset(largest, 'x', KC_VALUE_MAX);
    put(store, "empty", "");
    put(store, "large", largest);
    commit(store);
    reopen(store);
    assert_value(store, "empty", "");
    assert_value(store, "large", largest);
}

struct walk {
    size_t count;
    size_t stop_after;
    char last[KC_TARGET_MAX + 1];
};

static enum kc_error step(const struct item *item, void *context) {
    struct walk *walk = context;
    assert_string_equal(item->service, "s");
    assert_true(walk->count == 0 || strcmp(walk->last, item->target) < 0);
    snprintf(walk->last, sizeof walk->last, "%s", item->target);
    walk->count++;
    return walk->count == walk->stop_after ? KC_BUSY : KC_OK;
}

static void assert_lists(struct store *store, const char *prefix, size_t expected) {
    struct walk walk = {0};
    assert_int_equal(store->backend->table->list(store->backend, "s", prefix, step, &walk), KC_OK);
    assert_int_equal(walk.count, expected);
}

/* Put in an order that isn't theirs; 7919 is prime, so each number comes once. GNOME's keyring
 * writes its whole file for each item: with 5,000 that alone takes minutes. */
static void store_lists_a_prefix_in_order(void **state) {
    struct store *store = *state;
    unsigned count = store->is_desktop ? 500 : 5000;
    for (unsigned i = 0; i < count; i++) {
        char target[32];
        snprintf(target, sizeof target, "item-%u", i * 7919u % count);
        put(store, target, "v");
    }
    put_with(store, "r", "item-1", NULL, "v");
    put_with(store, "sa", "item-1", NULL, "v");
    commit(store);
    reopen(store);
    assert_int_equal(count_of(store), count + 2);
    assert_lists(store, "", count);
    assert_lists(store, "item-", count);
    assert_lists(store, "item-1", store->is_desktop ? 111 : 1111);
    assert_lists(store, "item-499", store->is_desktop ? 1 : 11);
    assert_lists(store, "item-5000", 0);
    assert_lists(store, "j", 0);
}

static void store_ends_a_walk_that_its_visitor_ends(void **state) {
    struct store *store = *state;
    put(store, "a", "v");
    put(store, "b", "v");
    put(store, "c", "v");
    struct walk walk = {.stop_after = 2};
    assert_int_equal(store->backend->table->list(store->backend, "s", "", step, &walk), KC_BUSY);
    assert_int_equal(walk.count, 2);
}

static void store_undoes_one_request_of_a_batch(void **state) {
    struct store *store = *state;
    put(store, "old", "one");
    put(store, "gone", "one");
    commit(store);
    put(store, "first", "kept");
    size_t mark = store->backend->table->mark(store->backend);
    put(store, "old", "two");
    put(store, "new", "two");
    remove_target(store, "gone");
    store->backend->table->undo(store->backend, mark);
    put(store, "last", "kept");
    commit(store);
    reopen(store);
    assert_value(store, "old", "one");
    assert_value(store, "gone", "one");
    assert_value(store, "new", NULL);
    assert_value(store, "first", "kept");
    assert_value(store, "last", "kept");
}

static void store_rolls_back_what_was_staged(void **state) {
    struct store *store = *state;
    put(store, "old", "one");
    commit(store);
    put(store, "old", "two");
    put(store, "new", "two");
    store->backend->table->rollback(store->backend);
    assert_value(store, "old", "one");
    assert_value(store, "new", NULL);
    reopen(store);
    assert_value(store, "old", "one");
    assert_value(store, "new", NULL);
}

static void store_rolls_back_what_was_prepared(void **state) {
    struct store *store = *state;
    put(store, "old", "one");
    commit(store);
    put(store, "old", "two");
    remove_target(store, "old");
    assert_int_equal(store->backend->table->prepare(store->backend), KC_OK);
    store->backend->table->rollback(store->backend);
    refresh(store);
    assert_value(store, "old", "one");
    reopen(store);
    assert_value(store, "old", "one");
    put(store, "new", "three"); /* and it goes on */
    commit(store);
    reopen(store);
    assert_value(store, "new", "three");
}

static void store_commits_nothing_staged(void **state) {
    struct store *store = *state;
    commit(store);
    refresh(store);
    assert_int_equal(count_of(store), 0);
    put(store, "t", "one");
    commit(store);
    commit(store);
    reopen(store);
    assert_value(store, "t", "one");
}

static void store_close_accepts_nothing(void **state) {
    struct store *store = *state;
    store->backend->table->close(NULL);
}

/* X(case) */
#define CASES(X)                               \
    X(store_finds_what_was_put)                \
    X(store_replaces_a_value)                  \
    X(store_removes_a_value)                   \
    X(store_becomes_empty_again)               \
    X(store_keeps_attributes)                  \
    X(store_keeps_odd_names)                   \
    X(store_keeps_values_of_any_size)          \
    X(store_lists_a_prefix_in_order)           \
    X(store_ends_a_walk_that_its_visitor_ends) \
    X(store_undoes_one_request_of_a_batch)     \
    X(store_rolls_back_what_was_staged)        \
    X(store_rolls_back_what_was_prepared)      \
    X(store_commits_nothing_staged)            \
    X(store_close_accepts_nothing)

#define FOR_ALL(test)                                                  \
    {"test_" #test " (memory)", test, open_memory, close_store, NULL}, \
        {"test_" #test " (file)", test, open_file, close_store, NULL},
#define FOR_DESKTOP(test) \
    {"test_" #test " (secret-service)", test, open_desktop, close_desktop, NULL},

int main(void) {
    const struct CMUnitTest tests[] = {CASES(FOR_ALL)};
    const struct CMUnitTest desktop[] = {CASES(FOR_DESKTOP)};
    if (getenv("KC_TEST_SECRET_SERVICE") != NULL) {
        return cmocka_run_group_tests(desktop, NULL, NULL);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
