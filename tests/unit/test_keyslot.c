/* SPDX-License-Identifier: MIT */
/*
 * The key slot file: its text, strictly, and its life on the disk.
 *
 * links: daemon/keyslot.c daemon/keyslot_parse.c daemon/crypto.c libkc/base64.c libkc/error.c
 * links: libkc/parse.c libkc/secret.c tests/unit/temp_directory.c platform -lcrypto
 */
#include "daemon/keyslot.h"

#include "daemon/crypto.h"
#include "libkc/secret.h"
#include "tests/unit/temp_directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The key of the bytes 0 to 31, and the one of 1 to 32. */
#define HEAD  "keychain-auth keyslots 1\n"
#define KEY   "key 348ae0c9db41319f\n"
#define TEXT  "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define OTHER "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="

struct text_case {
    const char *text;
    enum kc_error expected;
};

static void check_text(const char *text, size_t length, enum kc_error expected) {
    struct secret *key = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(keyslot_parse(text, length, &key, why), expected);
    if (expected == KC_OK) {
        assert_int_equal(secret_length(key), CRYPTO_KEY_SIZE);
        for (size_t i = 0; i < CRYPTO_KEY_SIZE; i++) {
            assert_int_equal(secret_view(key)[i], i);
        }
    } else {
        assert_null(key);
        assert_int_equal(strncmp(why, "line ", 5), 0);
        assert_null(strstr(why, "AAEC"));
    }
    secret_free(key);
}

static void test_keyslot_parse_is_strict(void **state) {
    (void)state;
    static const struct text_case cases[] = {
        {HEAD KEY "slot 0 keyfile " TEXT "\n", KC_OK},
        {HEAD KEY "slot 63 keyfile " TEXT "\n", KC_OK},
        {HEAD KEY "slot 0 keyfile " TEXT "\nslot 1 keyfile " TEXT "\n", KC_OK},
        {HEAD KEY "slot 0 tpm2 anything at all\nslot 1 keyfile " TEXT "\n", KC_OK},
        {HEAD KEY "slot 1 keyfile " TEXT "\nslot 0 tpm2 \n", KC_OK},
        {"", KC_DAMAGED},
        {"\n", KC_DAMAGED},
        {HEAD, KC_DAMAGED},
        {HEAD KEY, KC_DAMAGED},
        {KEY "slot 0 keyfile " TEXT "\n", KC_DAMAGED},
        {"keychain-auth keyslots 2\n" KEY "slot 0 keyfile " TEXT "\n", KC_DAMAGED},
        {HEAD "slot 0 keyfile " TEXT "\n", KC_DAMAGED},
        {HEAD "key 348AE0C9DB41319F\nslot 0 keyfile " TEXT "\n", KC_DAMAGED},
        {HEAD "key 348ae0c9db41319\nslot 0 keyfile " TEXT "\n", KC_DAMAGED},
        {HEAD "key 348ae0c9db41319ff\nslot 0 keyfile " TEXT "\n", KC_DAMAGED},
        {HEAD "key  348ae0c9db41319f\nslot 0 keyfile " TEXT "\n", KC_DAMAGED},
        {HEAD "key 0000000000000000\nslot 0 keyfile " TEXT "\n", KC_DAMAGED},
        {HEAD KEY "slot 0 keyfile " OTHER "\n", KC_DAMAGED},
        {HEAD KEY "slot 0 keyfile " TEXT "\nslot 1 keyfile " OTHER "\n", KC_DAMAGED},
        {HEAD KEY "slot 0 keyfile " TEXT "\nslot 0 keyfile " TEXT "\n", KC_DAMAGED},
        {HEAD KEY "slot 0 keyfile " TEXT, KC_DAMAGED},
        {HEAD KEY "slot 0 keyfile " TEXT "\n\n", KC_DAMAGED},
        {HEAD KEY "slot 0 keyfile " TEXT "\nslot", KC_DAMAGED},
        {HEAD KEY "slot 0 keyfile " TEXT " \n", KC_DAMAGED},
        {HEAD KEY "slot 0 keyfile " TEXT "\r\n", KC_DAMAGED},
        {HEAD KEY "slot 0 keyfile  " TEXT "\n", KC_DAMAGED},
        {HEAD KEY "slot 0 keyfile AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh==\n", KC_DAMAGED},
        {HEAD KEY "slot 0 keyfile AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g\n", KC_DAMAGED},
        {HEAD KEY "slot 0 keyfile AAEC\n", KC_DAMAGED},
        {HEAD KEY "slot 0 keyfile \n", KC_DAMAGED},
        {HEAD KEY "slot 0 keyfile\n", KC_DAMAGED},
        {HEAD KEY "slot 0 tpm2 only\n", KC_DAMAGED},
        {HEAD KEY "slot 64 keyfile " TEXT "\n", KC_DAMAGED},
        {HEAD KEY "slot -1 keyfile " TEXT "\n", KC_DAMAGED},
        {HEAD KEY "slot  keyfile " TEXT "\n", KC_DAMAGED},
        {HEAD KEY "slot 1000000 keyfile " TEXT "\n", KC_DAMAGED},
        {HEAD KEY "Slot 0 keyfile " TEXT "\n", KC_DAMAGED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_text(cases[i].text, strlen(cases[i].text), cases[i].expected);
    }
}

static void test_keyslot_parse_refuses_every_cut(void **state) {
    (void)state;
    static const char text[] = HEAD KEY "slot 0 keyfile " TEXT "\n";
    for (size_t length = 0; length < sizeof text - 1; length++) {
        char *cut = malloc(length + 1);
        assert_non_null(cut);
        memcpy(cut, text, length);
        check_text(cut, length, KC_DAMAGED);
        free(cut);
    }
}

static void test_keyslot_parse_refuses_a_nul(void **state) {
    (void)state;
    static const char text[] = HEAD "key 348ae0c9db41319\0\nslot 0 keyfile " TEXT "\n";
    check_text(text, sizeof text - 1, KC_DAMAGED);
}

struct place {
    char *directory;
    char *path; /* in a directory that isn't there yet */
};

static int set_up(void **state) {
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    place->directory = temp_directory_new();
    place->path = temp_path(place->directory, "store/keyslots");
    *state = place;
    return 0;
}

static int tear_down(void **state) {
    struct place *place = *state;
    temp_directory_remove(place->directory);
    free(place->path);
    free(place);
    return 0;
}

static struct secret *create(const struct place *place) {
    struct secret *key = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(keyslot_create(place->path, &key, why), KC_OK);
    assert_int_equal(secret_length(key), CRYPTO_KEY_SIZE);
    return key;
}

static void assert_refused(const struct place *place, enum kc_error expected) {
    struct secret *key = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(keyslot_open(place->path, &key, why), expected);
    assert_null(key);
    assert_non_null(strstr(why, place->path));
}

static void test_keyslot_opens_what_it_created(void **state) {
    const struct place *place = *state;
    struct secret *made = create(place);
    struct secret *opened = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(keyslot_open(place->path, &opened, why), KC_OK);
    assert_true(secret_equal(made, opened));
    secret_free(made);
    secret_free(opened);
}

static void test_keyslot_create_shuts_the_file_to_others(void **state) {
    const struct place *place = *state;
    secret_free(create(place));
    struct stat status;
    assert_int_equal(stat(place->path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
}

static void test_keyslot_create_makes_another_key_each_time(void **state) {
    const struct place *place = *state;
    struct secret *first = create(place);
    assert_int_equal(unlink(place->path), 0);
    struct secret *second = create(place);
    assert_false(secret_equal(first, second));
    secret_free(first);
    secret_free(second);
}

static void test_keyslot_create_leaves_a_file_alone(void **state) {
    const struct place *place = *state;
    secret_free(create(place));
    temp_file_write(place->path, "mine", 4);
    struct secret *key = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(keyslot_create(place->path, &key, why), KC_EXISTS);
    assert_null(key);
    assert_non_null(strstr(why, place->path));
    size_t length = 0;
    char *bytes = temp_file_read(place->path, &length);
    assert_string_equal(bytes, "mine");
    free(bytes);
}

static void test_keyslot_open_answers_not_found(void **state) {
    assert_refused(*state, KC_NOT_FOUND);
}

static void test_keyslot_open_refuses_a_file_that_others_may_read(void **state) {
    const struct place *place = *state;
    static const mode_t modes[] = {0604, 0640, 0620, 0602};
    secret_free(create(place));
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod(place->path, modes[i]), 0);
        assert_refused(place, KC_UNSAFE);
    }
}

static void test_keyslot_open_refuses_a_symbolic_link(void **state) {
    const struct place *place = *state;
    secret_free(create(place));
    char *real = temp_path(place->directory, "elsewhere");
    assert_int_equal(rename(place->path, real), 0);
    assert_int_equal(symlink(real, place->path), 0);
    assert_refused(place, KC_UNSAFE);
    free(real);
}

static void test_keyslot_open_refuses_a_damaged_file(void **state) {
    const struct place *place = *state;
    secret_free(create(place));
    size_t length = 0;
    char *bytes = temp_file_read(place->path, &length);
    bytes[length - 10] ^= 1;
    temp_file_write(place->path, bytes, length);
    assert_refused(place, KC_DAMAGED);
    free(bytes);
}

static void test_keyslot_open_bounds_the_file(void **state) {
    const struct place *place = *state;
    secret_free(create(place));
    static const size_t more[] = {0, 1};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        size_t length = KEYSLOT_FILE_MAX + more[i];
        char *bytes = calloc(1, length);
        assert_non_null(bytes);
        temp_file_write(place->path, bytes, length);
        assert_refused(place, KC_DAMAGED);
        free(bytes);
    }
}

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keyslot_parse_is_strict),
        cmocka_unit_test(test_keyslot_parse_refuses_every_cut),
        cmocka_unit_test(test_keyslot_parse_refuses_a_nul),
        WITH_PLACE(test_keyslot_opens_what_it_created),
        WITH_PLACE(test_keyslot_create_shuts_the_file_to_others),
        WITH_PLACE(test_keyslot_create_makes_another_key_each_time),
        WITH_PLACE(test_keyslot_create_leaves_a_file_alone),
        WITH_PLACE(test_keyslot_open_answers_not_found),
        WITH_PLACE(test_keyslot_open_refuses_a_file_that_others_may_read),
        WITH_PLACE(test_keyslot_open_refuses_a_symbolic_link),
        WITH_PLACE(test_keyslot_open_refuses_a_damaged_file),
        WITH_PLACE(test_keyslot_open_bounds_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
