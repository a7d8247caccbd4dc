/* SPDX-License-Identifier: MIT */
/*
 * The key slot file: its text, strictly, and its life on the disk.
 *
 * links: daemon/keyslot.c daemon/keyslot_parse.c daemon/keyslots.c daemon/crypto.c
 * links: daemon/crypto_derive.c libkc/base64.c libkc/error.c libkc/parse.c libkc/secret.c
 * links: tests/unit/temp_directory.c platform -lcrypto
 */
#include "daemon/keyslot.h"

#include "daemon/crypto.h"
#include "daemon/crypto_derive.h"
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
    struct keyslots *slots = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(keyslots_parse(text, length, &slots, why), expected);
    if (expected == KC_OK) {
        assert_int_equal(keyslots_key(slots, &key), KC_OK);
        assert_int_equal(secret_length(key), CRYPTO_KEY_SIZE);
        for (size_t i = 0; i < CRYPTO_KEY_SIZE; i++) {
            assert_int_equal(secret_view(key)[i], i);
        }
    } else {
        assert_null(slots);
        assert_int_equal(strncmp(why, "line ", 5), 0);
        assert_null(strstr(why, "AAEC"));
    }
    keyslots_free(slots);
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

/* Cheap, so that a test can make many; and what such a slot's text may look like. */
static const struct crypto_cost cheap = {.rounds = 10, .block = 1, .lanes = 1};
#define SALT "AAECAwQFBgcICQoLDA0ODw=="
#define SEALED                                                                                 \
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BB" \
    "QkNE"
#define SLOT "slot 0 passphrase scrypt "

static void test_keyslot_parse_bounds_what_a_passphrase_may_cost(void **state) {
    (void)state;
    static const struct text_case cases[] = {
        {SLOT "10 1 1 " SALT " " SEALED "\n", KC_OK},
        {SLOT "17 8 1 " SALT " " SEALED "\n", KC_OK},
        {SLOT "22 1 4 " SALT " " SEALED "\n", KC_OK}, /* 512 MiB, four times */
        {SLOT "22 1 5 " SALT " " SEALED "\n", KC_DAMAGED},
        {SLOT "22 2 1 " SALT " " SEALED "\n", KC_DAMAGED}, /* 1 GiB */
        {SLOT "23 1 1 " SALT " " SEALED "\n", KC_DAMAGED},
        {SLOT "63 8 1 " SALT " " SEALED "\n", KC_DAMAGED},
        {SLOT "64 8 1 " SALT " " SEALED "\n", KC_DAMAGED},
        {SLOT "9 8 1 " SALT " " SEALED "\n", KC_DAMAGED},
        {SLOT "10 0 1 " SALT " " SEALED "\n", KC_DAMAGED},
        {SLOT "10 1 0 " SALT " " SEALED "\n", KC_DAMAGED},
        {SLOT "10 33 1 " SALT " " SEALED "\n", KC_DAMAGED},
        {SLOT "10 1 17 " SALT " " SEALED "\n", KC_DAMAGED},
        {SLOT "1000 1 1 " SALT " " SEALED "\n", KC_DAMAGED},
        {SLOT "-1 1 1 " SALT " " SEALED "\n", KC_DAMAGED},
        {SLOT "10 1 1 " SALT " " SEALED, KC_DAMAGED},
        {SLOT "10 1 1 " SALT "\n", KC_DAMAGED},
        {SLOT "10 1 1 " SEALED " " SALT "\n", KC_DAMAGED},
        {SLOT "10 1 1 " SALT " " SEALED "AAAA\n", KC_DAMAGED},
        {"slot 0 passphrase argon2 10 1 1 " SALT " " SEALED "\n", KC_DAMAGED},
        {"slot 0 passphrase \n", KC_DAMAGED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1024];
        char why[KC_MESSAGE_MAX] = "";
        KC_AUTO(keyslots) slots = NULL;
        struct secret *key = NULL;
        int length = snprintf(text, sizeof text, HEAD KEY "%s", cases[i].text);
        assert_int_equal(keyslots_parse(text, (size_t)length, &slots, why), cases[i].expected);
        if (slots != NULL) {
            assert_int_equal(keyslots_count(slots, KEYSLOT_PASSPHRASE), 1);
            assert_int_equal(keyslots_key(slots, &key), KC_LOCKED);
        }
    }
}

static struct secret *words(const char *text) {
    struct secret *secret = NULL;
    assert_int_equal(secret_new_copy(text, strlen(text), &secret), KC_OK);
    return secret;
}

static void add(struct keyslots *slots, const struct secret *key, const char *passphrase) {
    KC_AUTO(secret) secret = words(passphrase);
    assert_int_equal(keyslots_add_passphrase(slots, key, secret, &cheap), KC_OK);
}

/* The number of the slot that opened, which must give `key`; -1: none opens. */
static int try(const struct keyslots *slots, const char *passphrase, const struct secret *key) {
    KC_AUTO(secret) secret = words(passphrase);
    KC_AUTO(secret) opened = NULL;
    unsigned number = 0;
    enum kc_error error = keyslots_try(slots, secret, &opened, &number);
    if (error == KC_DENIED) {
        assert_null(opened);
        return -1;
    }
    assert_int_equal(error, KC_OK);
    assert_true(secret_equal(opened, key));
    return (int)number;
}

static struct keyslots *reparse(const struct keyslots *slots) {
    KC_AUTO(secret) text = NULL;
    struct keyslots *again = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(keyslots_text(slots, &text), KC_OK);
    assert_int_equal(
        keyslots_parse((const char *)secret_view(text), secret_length(text), &again, why), KC_OK);
    return again;
}

static struct secret *some_key(void) {
    struct secret *key = NULL;
    assert_int_equal(secret_new(CRYPTO_KEY_SIZE, &key), KC_OK);
    assert_int_equal(crypto_random(secret_bytes(key), CRYPTO_KEY_SIZE), KC_OK);
    secret_set_length(key, CRYPTO_KEY_SIZE);
    return key;
}

static void test_keyslot_every_passphrase_opens_its_own_slot(void **state) {
    (void)state;
    KC_AUTO(secret) key = some_key();
    KC_AUTO(keyslots) slots = NULL;
    assert_int_equal(keyslots_new(key, &slots), KC_OK);
    add(slots, key, "one");
    add(slots, key, "two");
    add(slots, key, "");
    KC_AUTO(keyslots) again = reparse(slots);
    assert_int_equal(try(again, "one", key), 0);
    assert_int_equal(try(again, "two", key), 1);
    assert_int_equal(try(again, "", key), 2);
    assert_int_equal(try(again, "On", key), -1);
    assert_int_equal(try(again, "onee", key), -1);
    keyslots_remove(again, 1);
    assert_int_equal(try(again, "two", key), -1);
    assert_int_equal(try(again, "", key), 2);
    add(again, key, "three");
    assert_int_equal(try(again, "three", key), 1);
}

static void test_keyslot_text_keeps_what_it_does_not_know(void **state) {
    (void)state;
    static const char text[] = HEAD KEY "slot 5 tpm2 some thing\nslot 1 keyfile " TEXT "\n";
    KC_AUTO(keyslots) slots = NULL;
    KC_AUTO(secret) written = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(keyslots_parse(text, sizeof text - 1, &slots, why), KC_OK);
    assert_int_equal(keyslots_text(slots, &written), KC_OK);
    assert_int_equal(secret_length(written), sizeof text - 1);
    assert_memory_equal(secret_view(written), text, sizeof text - 1);
    keyslots_drop(slots, KEYSLOT_KEYFILE);
    assert_int_equal(keyslots_count(slots, KEYSLOT_UNKNOWN), 1);
    assert_int_equal(keyslots_count(slots, KEYSLOT_KEYFILE), 0);
}

/* Cost, salt, number and key id are sealed with the key: none of them can be exchanged. */
static void test_keyslot_header_is_authenticated(void **state) {
    (void)state;
    static const char *const edits[][2] = {{"slot 0 ", "slot 1 "},
                                           {"scrypt 10 1 1", "scrypt 11 1 1"},
                                           {"scrypt 10 1 1", "scrypt 10 2 1"},
                                           {"scrypt 10 1 1", "scrypt 10 1 2"}};
    KC_AUTO(secret) key = some_key();
    KC_AUTO(keyslots) slots = NULL;
    KC_AUTO(secret) text = NULL;
    assert_int_equal(keyslots_new(key, &slots), KC_OK);
    add(slots, key, "one");
    assert_int_equal(keyslots_text(slots, &text), KC_OK);
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        char edited[1024] = "";
        char why[KC_MESSAGE_MAX] = "";
        KC_AUTO(keyslots) changed = NULL;
        memcpy(edited, secret_view(text), secret_length(text));
        char *found = strstr(edited, edits[i][0]);
        assert_non_null(found);
        memcpy(found, edits[i][1], strlen(edits[i][1]));
        assert_int_equal(keyslots_parse(edited, secret_length(text), &changed, why), KC_OK);
        assert_int_equal(try(changed, "one", key), -1);
    }
}

static void test_keyslot_bounds_its_passphrases(void **state) {
    (void)state;
    KC_AUTO(secret) key = some_key();
    KC_AUTO(secret) other = some_key();
    KC_AUTO(secret) word = words("word");
    KC_AUTO(keyslots) slots = NULL;
    const struct crypto_cost absurd = {.rounds = 40, .block = 8, .lanes = 1};
    assert_int_equal(keyslots_new(key, &slots), KC_OK);
    assert_int_equal(keyslots_add_passphrase(slots, other, word, &cheap), KC_INVALID);
    assert_int_equal(keyslots_add_key(slots, other), KC_INVALID);
    assert_int_equal(keyslots_add_passphrase(slots, key, word, &absurd), KC_INVALID);
    for (int i = 0; i < KEYSLOT_PASSPHRASE_MAX; i++) {
        add(slots, key, "word");
    }
    assert_int_equal(keyslots_add_passphrase(slots, key, word, &cheap), KC_BUSY);
}

/* In a directory that isn't there yet. */
static int set_up(void **state) {
    return temp_place_new("store/keyslots", state);
}

static struct secret *key_of(const struct keyslots *slots) {
    struct secret *key = NULL;
    assert_int_equal(keyslots_key(slots, &key), KC_OK);
    assert_int_equal(secret_length(key), CRYPTO_KEY_SIZE);
    return key;
}

static struct secret *create(const struct temp_place *place) {
    KC_AUTO(keyslots) slots = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(keyslot_create(place->path, &slots, why), KC_OK);
    return key_of(slots);
}

static struct keyslots *load(const struct temp_place *place) {
    struct keyslots *slots = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(keyslot_load(place->path, &slots, why), KC_OK);
    return slots;
}

static void assert_refused(const struct temp_place *place, enum kc_error expected) {
    struct keyslots *slots = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(keyslot_load(place->path, &slots, why), expected);
    assert_null(slots);
    assert_non_null(strstr(why, place->path));
}

static void test_keyslot_opens_what_it_created(void **state) {
    const struct temp_place *place = *state;
    struct secret *made = create(place);
    KC_AUTO(keyslots) slots = load(place);
    struct secret *opened = key_of(slots);
    assert_true(secret_equal(made, opened));
    secret_free(made);
    secret_free(opened);
}

static void test_keyslot_create_shuts_the_file_to_others(void **state) {
    const struct temp_place *place = *state;
    secret_free(create(place));
    struct stat status;
    assert_int_equal(stat(place->path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
}

static void test_keyslot_create_makes_another_key_each_time(void **state) {
    const struct temp_place *place = *state;
    struct secret *first = create(place);
    assert_int_equal(unlink(place->path), 0);
    struct secret *second = create(place);
    assert_false(secret_equal(first, second));
    secret_free(first);
    secret_free(second);
}

static void test_keyslot_create_leaves_a_file_alone(void **state) {
    const struct temp_place *place = *state;
    secret_free(create(place));
    temp_file_write(place->path, "mine", 4);
    struct keyslots *slots = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(keyslot_create(place->path, &slots, why), KC_EXISTS);
    assert_null(slots);
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
    const struct temp_place *place = *state;
    static const mode_t modes[] = {0604, 0640, 0620, 0602};
    secret_free(create(place));
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod(place->path, modes[i]), 0);
        assert_refused(place, KC_UNSAFE);
    }
}

static void test_keyslot_open_refuses_a_symbolic_link(void **state) {
    const struct temp_place *place = *state;
    secret_free(create(place));
    char *real = temp_path(place->directory, "elsewhere");
    assert_int_equal(rename(place->path, real), 0);
    assert_int_equal(symlink(real, place->path), 0);
    assert_refused(place, KC_UNSAFE);
    free(real);
}

static void test_keyslot_open_refuses_a_damaged_file(void **state) {
    const struct temp_place *place = *state;
    secret_free(create(place));
    size_t length = 0;
    char *bytes = temp_file_read(place->path, &length);
    bytes[length - 10] ^= 1;
    temp_file_write(place->path, bytes, length);
    assert_refused(place, KC_DAMAGED);
    free(bytes);
}

static void test_keyslot_open_bounds_the_file(void **state) {
    const struct temp_place *place = *state;
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

static void test_keyslot_save_replaces_the_file(void **state) {
    const struct temp_place *place = *state;
    char why[KC_MESSAGE_MAX] = "";
    KC_AUTO(secret) key = create(place);
    KC_AUTO(keyslots) slots = load(place);
    add(slots, key, "one");
    keyslots_drop(slots, KEYSLOT_KEYFILE);
    assert_int_equal(keyslot_save(place->path, slots, why), KC_OK);
    KC_AUTO(keyslots) again = load(place);
    assert_int_equal(try(again, "one", key), 1);
    struct secret *none = NULL;
    assert_int_equal(keyslots_key(again, &none), KC_LOCKED);
    struct stat status;
    assert_int_equal(stat(place->path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
}

#define WITH_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, temp_place_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keyslot_parse_is_strict),
        cmocka_unit_test(test_keyslot_parse_refuses_every_cut),
        cmocka_unit_test(test_keyslot_parse_refuses_a_nul),
        cmocka_unit_test(test_keyslot_parse_bounds_what_a_passphrase_may_cost),
        cmocka_unit_test(test_keyslot_every_passphrase_opens_its_own_slot),
        cmocka_unit_test(test_keyslot_text_keeps_what_it_does_not_know),
        cmocka_unit_test(test_keyslot_header_is_authenticated),
        cmocka_unit_test(test_keyslot_bounds_its_passphrases),
        WITH_PLACE(test_keyslot_opens_what_it_created),
        WITH_PLACE(test_keyslot_create_shuts_the_file_to_others),
        WITH_PLACE(test_keyslot_create_makes_another_key_each_time),
        WITH_PLACE(test_keyslot_create_leaves_a_file_alone),
        WITH_PLACE(test_keyslot_open_answers_not_found),
        WITH_PLACE(test_keyslot_open_refuses_a_file_that_others_may_read),
        WITH_PLACE(test_keyslot_open_refuses_a_symbolic_link),
        WITH_PLACE(test_keyslot_open_refuses_a_damaged_file),
        WITH_PLACE(test_keyslot_open_bounds_the_file),
        WITH_PLACE(test_keyslot_save_replaces_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
