/* SPDX-License-Identifier: MIT */
/* The fixture of the file store's tests. Every step that fails ends the test. */
#include "tests/unit/sealed_store.h"

#include "daemon/store/backend.h"
#include "libkc/secret.h"
#include "tests/unit/sealed_item.h"
#include "tests/unit/temp_directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

enum kc_error store_try_open(struct store *store, char why[KC_MESSAGE_MAX]) {
    why[0] = '\0';
    return sealed_file_open(store->directory, key_id_of(store->key), &store->backend, why);
}

void store_open(struct store *store) {
    char why[KC_MESSAGE_MAX];
    enum kc_error error = store_try_open(store, why);
    assert_string_equal(why, "");
    assert_int_equal(error, KC_OK);
}

void store_close(struct store *store) {
    if (store->backend != NULL) {
        store->backend->table->close(store->backend);
        store->backend = NULL;
    }
}

int store_set_up(void **state) {
    struct store *store = calloc(1, sizeof *store);
    assert_non_null(store);
    store->key = key_filled('k');
    store->directory = temp_directory_new();
    store->path = temp_path(store->directory, "keyring.json");
    *state = store;
    return 0;
}

int store_tear_down(void **state) {
    struct store *store = *state;
    store_close(store);
    secret_free(store->key);
    temp_directory_remove(store->directory);
    free(store->path);
    free(store);
    return 0;
}

void store_stage(struct store *store, const char *target, const char *environment,
                 const char *value) {
    struct item *item = item_sealed(store->key, "svc", target, environment, value);
    assert_int_equal(store->backend->table->put(store->backend, &item), KC_OK);
}

void store_put(struct store *store, const char *target, const char *value) {
    store_stage(store, target, "production", value);
    assert_int_equal(store->backend->table->prepare(store->backend), KC_OK);
    assert_int_equal(store->backend->table->commit(store->backend), KC_OK);
}

bool store_holds(struct store *store, const char *target, const char *value) {
    const struct item *item = NULL;
    assert_int_equal(store->backend->table->find(store->backend, "svc", target, &item), KC_OK);
    return item_holds(store->key, item, value);
}

char *store_read_keyring(const struct store *store) {
    size_t length = 0;
    char *text = temp_file_read(store->path, &length);
    assert_int_equal(strlen(text), length);
    return text;
}

void assert_keyring(const struct store *store, const char *expected) {
    char *text = store_read_keyring(store);
    assert_string_equal(text, expected);
    free(text);
}

void assert_open_refused(struct store *store, enum kc_error expected, const char *word) {
    char why[KC_MESSAGE_MAX];
    assert_int_equal(store_try_open(store, why), expected);
    assert_null(store->backend);
    assert_non_null(strstr(why, store->directory));
    assert_non_null(strstr(why, word));
}

void assert_refresh(struct store *store, enum kc_error expected, const char *word) {
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(store->backend->table->refresh(store->backend, why), expected);
    assert_non_null(strstr(why, word));
}

void store_change_keyring(const struct store *store, const char *from, const char *to) {
    assert_int_equal(strlen(from), strlen(to));
    char *text = store_read_keyring(store);
    char *found = strstr(text, from);
    assert_non_null(found);
    memcpy(found, to, strlen(to));
    temp_file_write(store->path, text, strlen(text));
    free(text);
}
