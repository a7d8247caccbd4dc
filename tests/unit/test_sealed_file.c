/* SPDX-License-Identifier: MIT */
/*
 * What the file store adds to the contract of all stores: the file is never trusted, never
 * overwritten when it isn't understood, and never tells a value.
 *
 * links: daemon/store/sealed_file.c daemon/store/keyring_text.c daemon/store/held.c
 * links: daemon/store/items.c daemon/crypto.c libkc/attributes.c libkc/base64.c libkc/error.c
 * links: libkc/parse.c libkc/secret.c tests/unit/sealed_item.c tests/unit/temp_directory.c
 * links: libkc/message_memory.c tests/unit/sealed_store.c platform -ljansson -lcrypto
 * links: -Wl,--wrap=fsync
 */
#include "daemon/store/backend.h"

#include "libkc/secret.h"
#include "tests/unit/sealed_item.h"
#include "tests/unit/sealed_store.h"
#include "tests/unit/temp_directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
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
#define TAIL "\n]}\n"

/* fsync(2) comes here (ld(1), --wrap): a disk that can't make directories durable. */
static bool directories_fail;
int __real_fsync(int file);
int __wrap_fsync(int file);

int __wrap_fsync(int file) {
    struct stat status;
    assert_int_equal(fstat(file, &status), 0);
    if (directories_fail && S_ISDIR(status.st_mode)) {
        errno = EIO;
        return -1;
    }
    return __real_fsync(file);
}

static void test_sealed_file_is_json_with_an_item_a_line(void **state) {
    struct store *store = *state;
    temp_file_write(store->path, HEAD ITEM("s", "t") TAIL, strlen(HEAD ITEM("s", "t") TAIL));
    store_open(store);
    store_put(store, "t\"1", "v");
    char *text = store_read_keyring(store);
    assert_int_equal(strncmp(text, HEAD ITEM("s", "t") ",\n", strlen(HEAD ITEM("s", "t") ",\n")),
                     0);
    assert_non_null(strstr(text, "\n{\"service\":\"svc\",\"target\":\"t\\\"1\",\"attributes\":"
                                 "{\"environment\":\"production\"},\"sealed\":\"AUjvH6MyzhNZ"));
    assert_string_equal(text + strlen(text) - 6, "\"}" TAIL);
    free(text);
}

static void test_sealed_file_shows_no_value(void **state) {
    struct store *store = *state;
    store_open(store);
    store_put(store, "t", "hunter2-hunter2");
    char *text = store_read_keyring(store);
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
    store_open(store);
    assert_int_equal(sealed_file_exists(store->directory, &exists), KC_OK);
    assert_false(exists);
    store_put(store, "t", "v");
    assert_int_equal(sealed_file_exists(store->directory, &exists), KC_OK);
    assert_true(exists);
}

static void test_sealed_file_makes_its_directory(void **state) {
    struct store *store = *state;
    char *inner = temp_path(store->directory, "a/b");
    struct store_backend *backend = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(sealed_file_open(inner, key_id_of(store->key), &backend, why), KC_OK);
    struct stat status;
    assert_int_equal(stat(inner, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    backend->table->close(backend);
    free(inner);
}

static void test_sealed_file_is_for_one_daemon_at_a_time(void **state) {
    struct store *store = *state;
    store_open(store);
    struct store_backend *second = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(sealed_file_open(store->directory, key_id_of(store->key), &second, why),
                     KC_BUSY);
    assert_null(second);
    assert_non_null(strstr(why, "another daemon"));
    store_close(store);
    store_open(store);
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
    store_open(store);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct item *item = item_sealed(store->key, cases[i].service, cases[i].target, NULL, "v");
        assert_int_equal(store->backend->table->put(store->backend, &item), cases[i].expected);
        assert_null(item);
    }
    assert_int_equal(store->backend->table->count(store->backend), 0);
}

static void test_sealed_file_refuses_another_key(void **state) {
    struct store *store = *state;
    store_open(store);
    store_put(store, "t", "v");
    store_close(store);
    char *before = store_read_keyring(store);
    secret_free(store->key);
    store->key = key_filled('o');
    assert_open_refused(store, KC_DAMAGED, "sealed with the key \"" KEY_ID "\"");
    assert_keyring(store, before);
    free(before);
}

/* Whichever byte it is: an error at open, or at the value, but never another value. */
static void test_sealed_file_sees_any_damaged_byte(void **state) {
    struct store *store = *state;
    store_open(store);
    store_put(store, "t", "hunter2");
    store_close(store);
    char *text = store_read_keyring(store);
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        text[i] ^= 1;
        temp_file_write(store->path, text, length);
        char why[KC_MESSAGE_MAX];
        enum kc_error error = store_try_open(store, why);
        if (error == KC_OK) {
            const struct item *item = NULL;
            error = store->backend->table->find(store->backend, "svc", "t", &item);
            assert_true(error == KC_NOT_FOUND || !item_holds(store->key, item, "hunter2"));
            store_close(store);
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
    store_open(store);
    store_put(store, "t", "one");
    store_close(store);
    store_change_keyring(store, "production", "Production"); /* authenticated with the value */
    store_open(store);
    assert_false(store_holds(store, "t", "one"));
    store_put(store, "u", "two");
    store_close(store);
    store_change_keyring(store, "Production", "production");
    store_open(store);
    assert_true(store_holds(store, "t", "one"));
    assert_true(store_holds(store, "u", "two"));
}

static void test_sealed_file_sees_swapped_values(void **state) {
    struct store *store = *state;
    store_open(store);
    store_put(store, "a", "one");
    store_put(store, "b", "two");
    store_close(store);
    /* Swapping the names is swapping the values; the order stays. */
    store_change_keyring(store, "\"target\":\"a\"", "\"target\":\"_\"");
    store_change_keyring(store, "\"target\":\"b\"", "\"target\":\"a\"");
    store_change_keyring(store, "\"target\":\"_\"", "\"target\":\"B\"");
    store_open(store);
    assert_false(store_holds(store, "a", "one"));
    assert_false(store_holds(store, "a", "two"));
}

static void test_sealed_file_refuses_what_others_may_read(void **state) {
    struct store *store = *state;
    store_open(store);
    store_put(store, "t", "v");
    assert_int_equal(chmod(store->path, 0644), 0);
    assert_refresh(store, KC_UNSAFE, store->path);
    store_close(store);
    assert_open_refused(store, KC_UNSAFE, "chmod 600");
    assert_int_equal(chmod(store->path, 0600), 0);
    store_open(store);
    assert_true(store_holds(store, "t", "v"));
}

static void test_sealed_file_refuses_a_symbolic_link(void **state) {
    struct store *store = *state;
    store_open(store);
    store_put(store, "t", "v");
    store_close(store);
    char *real = temp_path(store->directory, "elsewhere");
    assert_int_equal(rename(store->path, real), 0);
    assert_int_equal(symlink(real, store->path), 0);
    assert_open_refused(store, KC_UNSAFE, store->path);
    free(real);
}

static void test_sealed_file_reads_a_changed_file_anew(void **state) {
    struct store *store = *state;
    store_open(store);
    store_put(store, "t", "one");
    char *backup = store_read_keyring(store);
    store_put(store, "t", "the second");
    assert_refresh(store, KC_OK, "");
    assert_true(store_holds(store, "t", "the second"));
    assert_int_equal(unlink(store->path), 0);
    temp_file_write(store->path, backup, strlen(backup));
    assert_refresh(store, KC_OK, "");
    assert_true(store_holds(store, "t", "one"));
    free(backup);
}

static void test_sealed_file_refuses_until_it_is_mended(void **state) {
    struct store *store = *state;
    store_open(store);
    store_put(store, "t", "one");
    char *good = store_read_keyring(store);
    temp_file_write(store->path, "rubbish\n", 8);
    assert_refresh(store, KC_DAMAGED, "restore it from a backup");
    assert_refresh(store, KC_DAMAGED, "restore it from a backup");
    store_stage(store, "u", NULL, "two"); /* even if somebody overlooks it */
    assert_int_equal(store->backend->table->prepare(store->backend), KC_CHANGED);
    store->backend->table->rollback(store->backend);
    assert_keyring(store, "rubbish\n");
    temp_file_write(store->path, good, strlen(good));
    assert_refresh(store, KC_OK, "");
    assert_true(store_holds(store, "t", "one"));
    free(good);
}

static void test_sealed_file_misses_a_file_that_it_has_seen(void **state) {
    struct store *store = *state;
    store_open(store);
    assert_refresh(store, KC_OK, "");
    store_put(store, "t", "one");
    assert_int_equal(unlink(store->path), 0);
    assert_refresh(store, KC_DAMAGED, "disappeared");
    assert_refresh(store, KC_DAMAGED, "disappeared");
    store_stage(store, "u", NULL, "two");
    assert_int_equal(store->backend->table->prepare(store->backend), KC_CHANGED);
    store->backend->table->rollback(store->backend);
    bool exists = true;
    assert_int_equal(sealed_file_exists(store->directory, &exists), KC_OK);
    assert_false(exists);
}

static void test_sealed_file_notices_a_new_file_in_an_empty_place(void **state) {
    struct store *store = *state;
    store_open(store);
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
    store_open(store);
    store_put(store, "t", "one");
    char *before = store_read_keyring(store);
    store_stage(store, "t", NULL, "two");
    assert_int_equal(store->backend->table->prepare(store->backend), KC_OK);
    assert_keyring(store, before);
    assert_int_equal(files_in(store->directory), 3); /* keyring, lock, and the new one */
    store_close(store);
    assert_keyring(store, before);
    assert_int_equal(files_in(store->directory), 2);
    store_open(store);
    assert_true(store_holds(store, "t", "one"));
    free(before);
}

static void test_sealed_file_is_as_before_when_the_commit_fails(void **state) {
    struct store *store = *state;
    store_open(store);
    store_put(store, "t", "one");
    store_stage(store, "t", NULL, "two");
    assert_int_equal(store->backend->table->prepare(store->backend), KC_OK);
    /* A directory in the place of the file can't be replaced by a rename. */
    char *aside = temp_path(store->directory, "aside");
    assert_int_equal(rename(store->path, aside), 0);
    assert_int_equal(mkdir(store->path, 0700), 0);
    assert_int_not_equal(store->backend->table->commit(store->backend), KC_OK);
    assert_true(store_holds(store, "t", "one"));
    assert_int_equal(store->backend->table->mark(store->backend), 0);
    assert_int_equal(rmdir(store->path), 0);
    assert_int_equal(rename(aside, store->path), 0);
    assert_refresh(store, KC_OK, "");
    assert_true(store_holds(store, "t", "one"));
    assert_int_equal(files_in(store->directory), 2);
    free(aside);
}

static void test_sealed_file_takes_away_what_a_crash_left(void **state) {
    struct store *store = *state;
    store_open(store);
    store_put(store, "t", "one");
    store_close(store);
    char *left = temp_path(store->directory, "keyring.json.new.0a1b2c");
    temp_file_write(left, "half a keyring", 14);
    store_open(store);
    assert_int_equal(access(left, F_OK), -1);
    assert_int_equal(files_in(store->directory), 2);
    assert_true(store_holds(store, "t", "one"));
    free(left);
}

/* The disk fails at the very last step, when the new file is in place. What was refused then is
 * followed all the same: the file is what counts. */
static void test_sealed_file_follows_the_file_when_it_cannot_be_made_durable(void **state) {
    struct store *store = *state;
    store_open(store);
    store_put(store, "t", "one");
    store_stage(store, "t", NULL, "two");
    assert_int_equal(store->backend->table->prepare(store->backend), KC_OK);
    directories_fail = true;
    enum kc_error error = store->backend->table->commit(store->backend);
    directories_fail = false;
    assert_int_equal(error, KC_IO);
    assert_true(store_holds(store, "t", "one"));
    assert_int_equal(store->backend->table->mark(store->backend), 0);
    assert_refresh(store, KC_OK, "");
    assert_true(store_holds(store, "t", "two"));
    store_put(store, "u", "three"); /* and it goes on from there */
    assert_true(store_holds(store, "t", "two"));
}

static void test_sealed_file_commit_wants_a_prepare(void **state) {
    struct store *store = *state;
    store_open(store);
    store_stage(store, "t", NULL, "one");
    assert_int_equal(store->backend->table->commit(store->backend), KC_INTERNAL);
    assert_int_equal(store->backend->table->count(store->backend), 0);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, store_set_up, store_tear_down)

static void test_sealed_file_holds_ten_thousand_items(void **state) {
    struct store *store = *state;
    char target[32];
    store_open(store);
    for (int i = 0; i < 10000; i++) {
        (void)snprintf(target, sizeof target, "target-%05d", i);
        store_stage(store, target, NULL, "value");
    }
    assert_int_equal(store->backend->table->prepare(store->backend), KC_OK);
    assert_int_equal(store->backend->table->commit(store->backend), KC_OK);
    store_put(store, "one-more", "value");
    store_close(store);
    store_open(store);
    assert_int_equal(store->backend->table->count(store->backend), 10001);
    assert_true(store_holds(store, "target-00000", "value"));
    assert_true(store_holds(store, "target-09999", "value"));
    assert_true(store_holds(store, "one-more", "value"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_STORE(test_sealed_file_is_json_with_an_item_a_line),
        WITH_STORE(test_sealed_file_shows_no_value),
        WITH_STORE(test_sealed_file_opening_writes_nothing),
        WITH_STORE(test_sealed_file_makes_its_directory),
        WITH_STORE(test_sealed_file_is_for_one_daemon_at_a_time),
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
        WITH_STORE(test_sealed_file_takes_away_what_a_crash_left),
        WITH_STORE(test_sealed_file_follows_the_file_when_it_cannot_be_made_durable),
        WITH_STORE(test_sealed_file_commit_wants_a_prepare),
        WITH_STORE(test_sealed_file_holds_ten_thousand_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
