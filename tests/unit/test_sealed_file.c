/* SPDX-License-Identifier: MIT */
/*
 * What the file store adds to the contract of all stores: the file is never trusted, never
 * overwritten when it isn't understood, and never tells a value.
 *
 * links: daemon/store/sealed_file.c daemon/store/keyring_text.c daemon/store/held.c
 * links: daemon/store/items.c daemon/crypto.c libkc/attributes.c libkc/base64.c libkc/error.c
 * links: libkc/parse.c libkc/secret.c tests/unit/sealed_item.c tests/unit/temp_directory.c
 * links: platform -ljansson -lcrypto
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

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The key of the hand-written keyrings, which are never unsealed: 32 times 'k'. */
#define KEY_ID "48ef1fa332ce1359"
#define SEALED "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="

#define HEAD   "{\"version\":1,\"key\":\"" KEY_ID "\",\"items\":[\n"
#define ITEM(s, t) \
    "{\"service\":\"" s "\",\"target\":\"" t "\",\"attributes\":{},\"sealed\":\"" SEALED "\"}"
#define ITEM_OF(a, b) "{\"service\":\"s\",\"target\":\"t\",\"attributes\":" a ",\"sealed\":" b "}"
#define TAIL          "\n]}\n"

struct store {
    struct store_backend *backend;
    struct secret *key;
    char *directory;
    char *path;
};

static enum kc_error try_open(struct store *store, char why[KC_MESSAGE_MAX]) {
    why[0] = '\0';
    return sealed_file_open(store->directory, store->key, &store->backend, why);
}

static void open_store(struct store *store) {
    char why[KC_MESSAGE_MAX];
    enum kc_error error = try_open(store, why);
    assert_string_equal(why, "");
    assert_int_equal(error, KC_OK);
}

static void close_backend(struct store *store) {
    if (store->backend != NULL) {
        store->backend->table->close(store->backend);
        store->backend = NULL;
    }
}

static int set_up(void **state) {
    struct store *store = calloc(1, sizeof *store);
    assert_non_null(store);
    store->key = key_filled('k');
    store->directory = temp_directory_new();
    store->path = temp_path(store->directory, "keyring.json");
    *state = store;
    return 0;
}

static int tear_down(void **state) {
    struct store *store = *state;
    close_backend(store);
    secret_free(store->key);
    temp_directory_remove(store->directory);
    free(store->path);
    free(store);
    return 0;
}

static void stage(struct store *store, const char *target, const char *environment,
                  const char *value) {
    struct item *item = item_sealed(store->key, "svc", target, environment, value);
    assert_int_equal(store->backend->table->put(store->backend, &item), KC_OK);
}

static void put(struct store *store, const char *target, const char *value) {
    stage(store, target, "production", value);
    assert_int_equal(store->backend->table->prepare(store->backend), KC_OK);
    assert_int_equal(store->backend->table->commit(store->backend), KC_OK);
}

static bool holds(struct store *store, const char *target, const char *value) {
    const struct item *item = NULL;
    assert_int_equal(store->backend->table->find(store->backend, "svc", target, &item), KC_OK);
    return item_holds(store->key, item, value);
}

static char *read_keyring(const struct store *store) {
    size_t length = 0;
    char *text = temp_file_read(store->path, &length);
    assert_int_equal(strlen(text), length);
    return text;
}

static void assert_keyring(const struct store *store, const char *expected) {
    char *text = read_keyring(store);
    assert_string_equal(text, expected);
    free(text);
}

static void assert_open_refused(struct store *store, enum kc_error expected, const char *word) {
    char why[KC_MESSAGE_MAX];
    assert_int_equal(try_open(store, why), expected);
    assert_null(store->backend);
    assert_non_null(strstr(why, store->directory));
    assert_non_null(strstr(why, word));
}

static void assert_refresh(struct store *store, enum kc_error expected, const char *word) {
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(store->backend->table->refresh(store->backend, why), expected);
    assert_non_null(strstr(why, word));
}

/* Every first `from` becomes `to`, which is as long. */
static void change_keyring(const struct store *store, const char *from, const char *to) {
    assert_int_equal(strlen(from), strlen(to));
    char *text = read_keyring(store);
    char *found = strstr(text, from);
    assert_non_null(found);
    memcpy(found, to, strlen(to));
    temp_file_write(store->path, text, strlen(text));
    free(text);
}

static void test_sealed_file_is_json_with_an_item_a_line(void **state) {
    struct store *store = *state;
    temp_file_write(store->path, HEAD ITEM("s", "t") TAIL, strlen(HEAD ITEM("s", "t") TAIL));
    open_store(store);
    put(store, "t\"1", "v");
    char *text = read_keyring(store);
    assert_int_equal(strncmp(text, HEAD ITEM("s", "t") ",\n", strlen(HEAD ITEM("s", "t") ",\n")),
                     0);
    assert_non_null(strstr(text, "\n{\"service\":\"svc\",\"target\":\"t\\\"1\",\"attributes\":"
                                 "{\"environment\":\"production\"},\"sealed\":\"AUjvH6MyzhNZ"));
    assert_string_equal(text + strlen(text) - 6, "\"}" TAIL);
    free(text);
}

static void test_sealed_file_shows_no_value(void **state) {
    struct store *store = *state;
    open_store(store);
    put(store, "t", "hunter2-hunter2");
    char *text = read_keyring(store);
    assert_non_null(strstr(text, "svc"));
    assert_null(strstr(text, "hunter"));
    assert_null(strstr(text, "aHVudGVy")); /* base64 of hunter */
    free(text);
    struct stat status;
    assert_int_equal(stat(store->path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
}

static void test_sealed_file_opening_writes_nothing(void **state) {
    struct store *store = *state;
    bool exists = true;
    open_store(store);
    assert_int_equal(sealed_file_exists(store->directory, &exists), KC_OK);
    assert_false(exists);
    put(store, "t", "v");
    assert_int_equal(sealed_file_exists(store->directory, &exists), KC_OK);
    assert_true(exists);
}

static void test_sealed_file_makes_its_directory(void **state) {
    struct store *store = *state;
    char *inner = temp_path(store->directory, "a/b");
    struct store_backend *backend = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(sealed_file_open(inner, store->key, &backend, why), KC_OK);
    struct stat status;
    assert_int_equal(stat(inner, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    backend->table->close(backend);
    free(inner);
}

static void test_sealed_file_is_for_one_daemon_at_a_time(void **state) {
    struct store *store = *state;
    open_store(store);
    struct store_backend *second = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(sealed_file_open(store->directory, store->key, &second, why), KC_BUSY);
    assert_null(second);
    assert_non_null(strstr(why, "another daemon"));
    close_backend(store);
    open_store(store);
}

static void test_sealed_file_reads_strictly(void **state) {
    struct store *store = *state;
    static const struct {
        const char *text;
        enum kc_error expected;
        const char *word;
    } cases[] = {
        {HEAD "]}\n", KC_OK, ""},
        {HEAD ITEM("s", "t") TAIL, KC_OK, ""},
        {HEAD ITEM("s", "t") ",\n" ITEM("s", "u") TAIL, KC_OK, ""},
        {HEAD ITEM_OF("{\"a\":\"b\"}", "\"" SEALED "\"") TAIL, KC_OK, ""},
        {"{ \"version\": 1, \"key\": \"" KEY_ID "\", \"items\": [\n]}\n", KC_OK, ""},
        {"", KC_DAMAGED, "too early"},
        {"\n", KC_DAMAGED, "head"},
        {HEAD, KC_DAMAGED, "line 2: the keyring ends too early"},
        {HEAD ITEM("s", "t") "\n", KC_DAMAGED, "line 3: the keyring ends too early"},
        {HEAD ITEM("s", "t") ",\n", KC_DAMAGED, "line 3"},
        {HEAD ITEM("s", "t") ",\n]}\n", KC_DAMAGED, "line 3"},
        {HEAD "]}", KC_DAMAGED, "too early"},
        {HEAD "]}\n ", KC_DAMAGED, "follows"},
        {HEAD "\n]}\n", KC_DAMAGED, "line 2"},
        {HEAD ITEM("s", "t") "\n" ITEM("s", "u") TAIL, KC_DAMAGED, "line 3: a comma"},
        {HEAD ITEM("s", "t") ",\n" ITEM("s", "t") TAIL, KC_DAMAGED, "line 3: the item is there"},
        {HEAD ITEM("s", "u") ",\n" ITEM("s", "t") TAIL, KC_DAMAGED, "not in its order"},
        {"{\"version\":2,\"key\":1}\n", KC_DAMAGED, "head"},
        {"{\"version\":2,\"new\":1,\"items\":[\n]}\n", KC_DAMAGED, "version 2"},
        {"{\"version\":\"1\",\"key\":\"" KEY_ID "\",\"items\":[\n]}\n", KC_DAMAGED, "head"},
        {"{\"version\":1,\"version\":1,\"key\":\"" KEY_ID "\",\"items\":[\n]}\n", KC_DAMAGED,
         "head"},
        {"{\"version\":1,\"key\":\"" KEY_ID "\",\"more\":1,\"items\":[\n]}\n", KC_DAMAGED,
         "exactly"},
        {"{\"version\":1,\"items\":[\n]}\n", KC_DAMAGED, "exactly"},
        {"{\"version\":1,\"key\":\"" KEY_ID "\",\"items\":[{}\n]}\n", KC_DAMAGED, "exactly"},
        {"{\"version\":1,\"key\":\"nothex\",\"items\":[\n]}\n", KC_DAMAGED, "exactly"},
        {"{\"version\":1,\"key\":\"0000000000000000\",\"items\":[\n]}\n", KC_DAMAGED,
         "sealed with the key \"0000000000000000\""},
        {HEAD "{}" TAIL, KC_DAMAGED, "exactly"},
        {HEAD "[]" TAIL, KC_DAMAGED, "exactly"},
        {HEAD "7" TAIL, KC_DAMAGED, "not JSON"},
        {HEAD "{\"service\":\"s\"}" TAIL, KC_DAMAGED, "exactly"},
        {HEAD "{\"service\":\"s\",\"service\":\"s\"}" TAIL, KC_DAMAGED, "twice"},
        {HEAD "{\"more\":1,\"service\":\"s\",\"target\":\"t\",\"attributes\":{},\"sealed\":"
              "\"" SEALED "\"}" TAIL,
         KC_DAMAGED, "exactly"},
        {HEAD ITEM("", "t") TAIL, KC_DAMAGED, "name"},
        {HEAD ITEM("s", "") TAIL, KC_DAMAGED, "name"},
        {HEAD ITEM("s", "a\\u0007") TAIL, KC_DAMAGED, "name"},
        {HEAD ITEM("s", "a\\u0000b") TAIL, KC_DAMAGED, "not JSON"},
        {HEAD ITEM("s", "\xff") TAIL, KC_DAMAGED, "not JSON"},
        {HEAD ITEM_OF("[]", "\"" SEALED "\"") TAIL, KC_DAMAGED, "exactly"},
        {HEAD ITEM_OF("{\"a\":1}", "\"" SEALED "\"") TAIL, KC_DAMAGED, "not a string"},
        {HEAD ITEM_OF("{\"\":\"b\"}", "\"" SEALED "\"") TAIL, KC_DAMAGED, "limits"},
        {HEAD ITEM_OF("{\"a\":\"b\",\"a\":\"b\"}", "\"" SEALED "\"") TAIL, KC_DAMAGED, "twice"},
        {HEAD ITEM_OF("{}", "7") TAIL, KC_DAMAGED, "exactly"},
        {HEAD ITEM_OF("{}", "\"AAA\"") TAIL, KC_DAMAGED, "base64"},
        {HEAD ITEM_OF("{}", "\"\"") TAIL, KC_DAMAGED, "too short"},
        {HEAD ITEM_OF("{}", "\"AAAA\"") TAIL, KC_DAMAGED, "too short"},
        {HEAD ITEM_OF("{}", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"") TAIL,
         KC_DAMAGED, "too short"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        temp_file_write(store->path, cases[i].text, strlen(cases[i].text));
        if (cases[i].expected == KC_OK) {
            open_store(store);
            close_backend(store);
        } else {
            assert_open_refused(store, cases[i].expected, cases[i].word);
        }
        assert_keyring(store, cases[i].text);
    }
}

#define LONGEST_SEALED 87432 /* characters for 64 KiB and what sealing adds, one of them `=` */

/* A name one byte over its limit, and a value that decodes to one more than is allowed. */
static void test_sealed_file_refuses_what_is_over_the_limits(void **state) {
    struct store *store = *state;
    static const struct {
        size_t service;
        size_t target;
        size_t sealed; /* in characters of base64 before the padding */
        const char *padding;
        const char *word; /* NULL: it is read */
    } cases[] = {
        {KC_SERVICE_MAX, KC_TARGET_MAX, LONGEST_SEALED - 1, "=", NULL},
        {KC_SERVICE_MAX + 1, 1, 52, "", "name"},
        {1, KC_TARGET_MAX + 1, 52, "", "name"},
        {1, 1, LONGEST_SEALED, "", "too long"},
        {1, 1, LONGEST_SEALED + 4, "", "too long"},
    };
    static char filler[LONGEST_SEALED + 4];
    memset(filler, 'A', sizeof filler);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size = 100 * 1024;
        char *text = calloc(1, size);
        assert_non_null(text);
        snprintf(text, size,
                 HEAD "{\"service\":\"%.*s\",\"target\":\"%.*s\",\"attributes\":{},\"sealed\":"
                      "\"%.*s%s\"}" TAIL,
                 (int)cases[i].service, filler, (int)cases[i].target, filler, (int)cases[i].sealed,
                 filler, cases[i].padding);
        temp_file_write(store->path, text, strlen(text));
        free(text);
        if (cases[i].word == NULL) {
            open_store(store);
            close_backend(store);
        } else {
            assert_open_refused(store, KC_DAMAGED, cases[i].word);
        }
    }
}

/* What could not be read back is not written. */
static void test_sealed_file_put_refuses_what_is_over_the_limits(void **state) {
    struct store *store = *state;
    static char long_name[KC_TARGET_MAX + 2];
    memset(long_name, 'a', KC_TARGET_MAX + 1);
    static const struct {
        const char *service;
        const char *target;
        enum kc_error expected;
    } cases[] = {{"", "t", KC_INVALID},        {"s", "", KC_INVALID},
                 {"s\n", "t", KC_INVALID},     {"s", "\xff", KC_INVALID},
                 {"s", long_name, KC_TOO_BIG}, {long_name, "t", KC_TOO_BIG}};
    open_store(store);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct item *item = item_sealed(store->key, cases[i].service, cases[i].target, NULL, "v");
        assert_int_equal(store->backend->table->put(store->backend, &item), cases[i].expected);
        assert_null(item);
    }
    assert_int_equal(store->backend->table->count(store->backend), 0);
}

static void test_sealed_file_refuses_another_key(void **state) {
    struct store *store = *state;
    open_store(store);
    put(store, "t", "v");
    close_backend(store);
    char *before = read_keyring(store);
    secret_free(store->key);
    store->key = key_filled('o');
    assert_open_refused(store, KC_DAMAGED, "sealed with the key \"" KEY_ID "\"");
    assert_keyring(store, before);
    free(before);
}

/* Whichever byte it is: an error at open, or at the value, but never another value. */
static void test_sealed_file_sees_any_damaged_byte(void **state) {
    struct store *store = *state;
    open_store(store);
    put(store, "t", "hunter2");
    close_backend(store);
    char *text = read_keyring(store);
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        text[i] ^= 1;
        temp_file_write(store->path, text, length);
        char why[KC_MESSAGE_MAX];
        enum kc_error error = try_open(store, why);
        if (error == KC_OK) {
            const struct item *item = NULL;
            error = store->backend->table->find(store->backend, "svc", "t", &item);
            assert_true(error == KC_NOT_FOUND || !item_holds(store->key, item, "hunter2"));
            close_backend(store);
        } else {
            assert_int_equal(error, KC_DAMAGED);
        }
        assert_keyring(store, text);
        text[i] ^= 1;
    }
    free(text);
}

static void test_sealed_file_keeps_a_damaged_item_for_its_owner(void **state) {
    struct store *store = *state;
    open_store(store);
    put(store, "t", "one");
    close_backend(store);
    change_keyring(store, "production", "Production"); /* authenticated with the value */
    open_store(store);
    assert_false(holds(store, "t", "one"));
    put(store, "u", "two");
    close_backend(store);
    change_keyring(store, "Production", "production");
    open_store(store);
    assert_true(holds(store, "t", "one"));
    assert_true(holds(store, "u", "two"));
}

static void test_sealed_file_sees_swapped_values(void **state) {
    struct store *store = *state;
    open_store(store);
    put(store, "a", "one");
    put(store, "b", "two");
    close_backend(store);
    /* Swapping the names is swapping the values; the order stays. */
    change_keyring(store, "\"target\":\"a\"", "\"target\":\"_\"");
    change_keyring(store, "\"target\":\"b\"", "\"target\":\"a\"");
    change_keyring(store, "\"target\":\"_\"", "\"target\":\"B\"");
    open_store(store);
    assert_false(holds(store, "a", "one"));
    assert_false(holds(store, "a", "two"));
}

static void test_sealed_file_refuses_what_others_may_read(void **state) {
    struct store *store = *state;
    open_store(store);
    put(store, "t", "v");
    assert_int_equal(chmod(store->path, 0644), 0);
    assert_refresh(store, KC_UNSAFE, store->path);
    close_backend(store);
    assert_open_refused(store, KC_UNSAFE, "chmod 600");
    assert_int_equal(chmod(store->path, 0600), 0);
    open_store(store);
    assert_true(holds(store, "t", "v"));
}

static void test_sealed_file_refuses_a_symbolic_link(void **state) {
    struct store *store = *state;
    open_store(store);
    put(store, "t", "v");
    close_backend(store);
    char *real = temp_path(store->directory, "elsewhere");
    assert_int_equal(rename(store->path, real), 0);
    assert_int_equal(symlink(real, store->path), 0);
    assert_open_refused(store, KC_UNSAFE, store->path);
    free(real);
}

static void test_sealed_file_reads_a_changed_file_anew(void **state) {
    struct store *store = *state;
    open_store(store);
    put(store, "t", "one");
    char *backup = read_keyring(store);
    put(store, "t", "the second");
    assert_refresh(store, KC_OK, "");
    assert_true(holds(store, "t", "the second"));
    assert_int_equal(unlink(store->path), 0);
    temp_file_write(store->path, backup, strlen(backup));
    assert_refresh(store, KC_OK, "");
    assert_true(holds(store, "t", "one"));
    free(backup);
}

static void test_sealed_file_refuses_until_it_is_mended(void **state) {
    struct store *store = *state;
    open_store(store);
    put(store, "t", "one");
    char *good = read_keyring(store);
    temp_file_write(store->path, "rubbish\n", 8);
    assert_refresh(store, KC_DAMAGED, "restore it from a backup");
    assert_refresh(store, KC_DAMAGED, "restore it from a backup");
    stage(store, "u", NULL, "two"); /* even if somebody overlooks it */
    assert_int_equal(store->backend->table->prepare(store->backend), KC_CHANGED);
    store->backend->table->rollback(store->backend);
    assert_keyring(store, "rubbish\n");
    temp_file_write(store->path, good, strlen(good));
    assert_refresh(store, KC_OK, "");
    assert_true(holds(store, "t", "one"));
    free(good);
}

static void test_sealed_file_misses_a_file_that_it_has_seen(void **state) {
    struct store *store = *state;
    open_store(store);
    assert_refresh(store, KC_OK, "");
    put(store, "t", "one");
    assert_int_equal(unlink(store->path), 0);
    assert_refresh(store, KC_DAMAGED, "disappeared");
    assert_refresh(store, KC_DAMAGED, "disappeared");
    stage(store, "u", NULL, "two");
    assert_int_equal(store->backend->table->prepare(store->backend), KC_CHANGED);
    store->backend->table->rollback(store->backend);
    bool exists = true;
    assert_int_equal(sealed_file_exists(store->directory, &exists), KC_OK);
    assert_false(exists);
}

static void test_sealed_file_notices_a_new_file_in_an_empty_place(void **state) {
    struct store *store = *state;
    open_store(store);
    static const char text[] = HEAD ITEM("s", "t") TAIL;
    temp_file_write(store->path, text, sizeof text - 1);
    assert_refresh(store, KC_OK, "");
    assert_int_equal(store->backend->table->count(store->backend), 1);
}

static size_t files_in(const char *path) {
    DIR *directory = opendir(path);
    assert_non_null(directory);
    size_t count = 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(directory);
    return count;
}

static void test_sealed_file_prepared_is_not_in_force(void **state) {
    struct store *store = *state;
    open_store(store);
    put(store, "t", "one");
    char *before = read_keyring(store);
    stage(store, "t", NULL, "two");
    assert_int_equal(store->backend->table->prepare(store->backend), KC_OK);
    assert_keyring(store, before);
    assert_int_equal(files_in(store->directory), 3); /* keyring, lock, and the new one */
    close_backend(store);
    assert_keyring(store, before);
    assert_int_equal(files_in(store->directory), 2);
    open_store(store);
    assert_true(holds(store, "t", "one"));
    free(before);
}

static void test_sealed_file_is_as_before_when_the_commit_fails(void **state) {
    struct store *store = *state;
    open_store(store);
    put(store, "t", "one");
    stage(store, "t", NULL, "two");
    assert_int_equal(store->backend->table->prepare(store->backend), KC_OK);
    /* A directory in the place of the file can't be replaced by a rename. */
    char *aside = temp_path(store->directory, "aside");
    assert_int_equal(rename(store->path, aside), 0);
    assert_int_equal(mkdir(store->path, 0700), 0);
    assert_int_not_equal(store->backend->table->commit(store->backend), KC_OK);
    assert_true(holds(store, "t", "one"));
    assert_int_equal(store->backend->table->mark(store->backend), 0);
    assert_int_equal(rmdir(store->path), 0);
    assert_int_equal(rename(aside, store->path), 0);
    assert_refresh(store, KC_OK, "");
    assert_true(holds(store, "t", "one"));
    assert_int_equal(files_in(store->directory), 2);
    free(aside);
}

static void test_sealed_file_commit_wants_a_prepare(void **state) {
    struct store *store = *state;
    open_store(store);
    stage(store, "t", NULL, "one");
    assert_int_equal(store->backend->table->commit(store->backend), KC_INTERNAL);
    assert_int_equal(store->backend->table->count(store->backend), 0);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_STORE(test_sealed_file_is_json_with_an_item_a_line),
        WITH_STORE(test_sealed_file_shows_no_value),
        WITH_STORE(test_sealed_file_opening_writes_nothing),
        WITH_STORE(test_sealed_file_makes_its_directory),
        WITH_STORE(test_sealed_file_is_for_one_daemon_at_a_time),
        WITH_STORE(test_sealed_file_reads_strictly),
        WITH_STORE(test_sealed_file_refuses_what_is_over_the_limits),
        WITH_STORE(test_sealed_file_put_refuses_what_is_over_the_limits),
        WITH_STORE(test_sealed_file_refuses_another_key),
        WITH_STORE(test_sealed_file_sees_any_damaged_byte),
        WITH_STORE(test_sealed_file_keeps_a_damaged_item_for_its_owner),
        WITH_STORE(test_sealed_file_sees_swapped_values),
        WITH_STORE(test_sealed_file_refuses_what_others_may_read),
        WITH_STORE(test_sealed_file_refuses_a_symbolic_link),
        WITH_STORE(test_sealed_file_reads_a_changed_file_anew),
        WITH_STORE(test_sealed_file_refuses_until_it_is_mended),
        WITH_STORE(test_sealed_file_misses_a_file_that_it_has_seen),
        WITH_STORE(test_sealed_file_notices_a_new_file_in_an_empty_place),
        WITH_STORE(test_sealed_file_prepared_is_not_in_force),
        WITH_STORE(test_sealed_file_is_as_before_when_the_commit_fails),
        WITH_STORE(test_sealed_file_commit_wants_a_prepare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
