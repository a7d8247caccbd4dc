/* SPDX-License-Identifier: MIT */
/*
 * Hashes of files: right, bounded, and remembered only while the file can't have changed.
 * links: daemon/digest.c kc_static platform tests/unit/temp_directory.c -lcrypto
 */
#include "daemon/digest.h"
#include "platform/process.h"
#include "tests/unit/temp_directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH_OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define HASH_OF_ABD "a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9"

struct fixture {
    struct digest *digest;
    char *directory;
    char *path;
    char hash[HASH_TEXT_SIZE];
    bool was_known; /* before the last look */
};

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    assert_int_equal(digest_new(&fixture->digest), KC_OK);
    fixture->directory = temp_directory_new();
    fixture->path = temp_path(fixture->directory, "program");
    temp_file_write(fixture->path, "abc", 3);
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    digest_free(fixture->digest);
    temp_directory_remove(fixture->directory);
    free(fixture->path);
    free(fixture);
    return 0;
}

static enum kc_error hash_now(struct fixture *fixture) {
    const char *why = NULL;
    KC_AUTO(image) image = NULL;
    assert_int_equal(image_open(fixture->path, &image, &why), KC_OK);
    fixture->was_known = digest_recall(fixture->digest, image, fixture->hash);
    return digest_image(fixture->digest, image, NULL, fixture->hash);
}

static void test_digest_is_sha256(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(hash_now(fixture), KC_OK);
    assert_string_equal(fixture->hash, HASH_OF_ABC);
}

static void test_digest_does_not_remember_a_file_that_is_too_young(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(hash_now(fixture), KC_OK);
    assert_false(fixture->was_known);
    temp_file_write(fixture->path, "abd", 3);
    assert_int_equal(hash_now(fixture), KC_OK);
    assert_string_equal(fixture->hash, HASH_OF_ABD);
    assert_false(fixture->was_known);
}

/* /bin/sh has been still for a while, on a file system that tells of changes. */
static void test_digest_remembers_a_file_that_is_still(void **state) {
    struct fixture *fixture = *state;
    char first[HASH_TEXT_SIZE];
    free(fixture->path);
    fixture->path = strdup("/bin/sh");
    assert_int_equal(hash_now(fixture), KC_OK);
    assert_false(fixture->was_known);
    memcpy(first, fixture->hash, sizeof first);
    assert_int_equal(hash_now(fixture), KC_OK);
    assert_string_equal(fixture->hash, first);
    assert_true(fixture->was_known);
}

/* Two of them would meet almost surely if each had one slot, and forget each other in turns. */
static void test_digest_remembers_a_hundred_files_at_once(void **state) {
    struct fixture *fixture = *state;
    glob_t headers;
    assert_int_equal(glob("/usr/include/*.h", 0, NULL, &headers), 0);
    size_t count = headers.gl_pathc < 100 ? headers.gl_pathc : 100;
    for (size_t i = 0; i < 2 * count; i++) {
        free(fixture->path);
        fixture->path = strdup(headers.gl_pathv[i % count]);
        assert_int_equal(hash_now(fixture), KC_OK);
        assert_true(fixture->was_known || i < count);
    }
    globfree(&headers);
}

static void test_digest_sees_a_change_with_restored_mtime(void **state) {
    struct fixture *fixture = *state;
    struct stat before;
    assert_int_equal(stat(fixture->path, &before), 0);
    assert_int_equal(hash_now(fixture), KC_OK);
    sleep(3); /* old enough to be remembered */
    assert_int_equal(hash_now(fixture), KC_OK);
    assert_int_equal(hash_now(fixture), KC_OK);
    assert_true(fixture->was_known);
    temp_file_write(fixture->path, "abd", 3);
    const struct timespec times[2] = {before.st_atim, before.st_mtim};
    assert_int_equal(utimensat(AT_FDCWD, fixture->path, times, 0), 0);
    assert_int_equal(hash_now(fixture), KC_OK);
    assert_string_equal(fixture->hash, HASH_OF_ABD);
}

static void test_digest_refuses_a_file_over_the_limit_unread(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(truncate(fixture->path, (off_t)DIGEST_SIZE_MAX + 1), 0);
    assert_int_equal(hash_now(fixture), KC_TOO_BIG);
}

static void test_digest_reads_no_more_than_was_there_when_it_was_opened(void **state) {
    struct fixture *fixture = *state;
    KC_AUTO(image) image = NULL;
    const char *why = NULL;
    char hash[HASH_TEXT_SIZE];
    assert_int_equal(image_open(fixture->path, &image, &why), KC_OK);
    temp_file_write(fixture->path, "abcd", 4);
    assert_int_equal(digest_compute(image, NULL, hash), KC_CHANGED);
}

/* Where files can be read without waiting, which depends on the file system. */
static void test_digest_now_is_for_small_files_in_memory(void **state) {
    struct fixture *fixture = *state;
    static char text[DIGEST_NOW_MAX + 1];
    const char *why = NULL;
    char hash[HASH_TEXT_SIZE] = "";
    char slow[HASH_TEXT_SIZE];
    size_t lengths[] = {3, 0, DIGEST_NOW_MAX, DIGEST_NOW_MAX + 1};
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        KC_AUTO(image) image = NULL;
        temp_file_write(fixture->path, text, lengths[i]);
        assert_int_equal(image_open(fixture->path, &image, &why), KC_OK);
        enum kc_error error = digest_compute_now(image, hash);
        assert_int_equal(digest_compute(image, NULL, slow), KC_OK);
        if (i == 0 && error == KC_AGAIN) {
            skip();
        }
        assert_int_equal(error, lengths[i] > DIGEST_NOW_MAX ? KC_AGAIN : KC_OK);
        assert_true(error != KC_OK || strcmp(hash, slow) == 0);
    }
}

static void test_digest_compute_ends_when_it_is_cancelled(void **state) {
    struct fixture *fixture = *state;
    KC_AUTO(image) image = NULL;
    const char *why = NULL;
    char hash[HASH_TEXT_SIZE];
    atomic_bool cancel = true;
    assert_int_equal(image_open(fixture->path, &image, &why), KC_OK);
    assert_int_equal(digest_compute(image, &cancel, hash), KC_END);
    atomic_store(&cancel, false);
    assert_int_equal(digest_compute(image, &cancel, hash), KC_OK);
    assert_string_equal(hash, HASH_OF_ABC);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_digest_is_sha256, setup, teardown),
        cmocka_unit_test_setup_teardown(test_digest_does_not_remember_a_file_that_is_too_young,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_digest_remembers_a_file_that_is_still, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_digest_remembers_a_hundred_files_at_once, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_digest_sees_a_change_with_restored_mtime, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_digest_refuses_a_file_over_the_limit_unread, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_digest_reads_no_more_than_was_there_when_it_was_opened,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_digest_now_is_for_small_files_in_memory, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_digest_compute_ends_when_it_is_cancelled, setup,
                                        teardown),
    };
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
