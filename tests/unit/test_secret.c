/* SPDX-License-Identifier: MIT */
/*
 * Secrets keep their bytes, their bounds and their zeros.
 * links: libkc/secret.c platform
 */
#include "libkc/secret.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static void test_secret_new_is_empty_and_zeroed(void **state) {
    (void)state;
    static const size_t capacities[] = {0, 1, 4095, 4096, 4097, 100000};
    for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++) {
        KC_AUTO(secret) secret = NULL;
        assert_int_equal(secret_new(capacities[i], &secret), KC_OK);
        assert_int_equal(secret_length(secret), 0);
        assert_true(secret_capacity(secret) >= capacities[i]);
        for (size_t at = 0; at < secret_capacity(secret); at++) {
            assert_int_equal(secret_view(secret)[at], 0);
        }
    }
}

static void test_secret_copy_ends_with_a_nul(void **state) {
    (void)state;
    KC_AUTO(secret) secret = NULL;
    assert_int_equal(secret_new_copy("a\0b", 3, &secret), KC_OK);
    assert_int_equal(secret_length(secret), 3);
    assert_memory_equal(secret_view(secret), "a\0b", 4);
}

static void test_secret_copy_of_nothing_is_empty(void **state) {
    (void)state;
    KC_AUTO(secret) secret = NULL;
    assert_int_equal(secret_new_copy(NULL, 0, &secret), KC_OK);
    assert_int_equal(secret_length(secret), 0);
    assert_int_equal(secret_view(secret)[0], 0);
}

static void test_secret_too_large_is_refused(void **state) {
    (void)state;
    struct secret *secret = NULL;
    assert_int_equal(secret_new(SIZE_MAX, &secret), KC_NO_MEMORY);
    assert_int_equal(secret_new_copy("x", SIZE_MAX, &secret), KC_NO_MEMORY);
    assert_null(secret);
}

static void test_secret_set_length_wipes_what_is_behind(void **state) {
    (void)state;
    KC_AUTO(secret) secret = NULL;
    assert_int_equal(secret_new(8, &secret), KC_OK);
    memcpy(secret_bytes(secret), "abcdefgh", 8);
    secret_set_length(secret, 8);
    assert_memory_equal(secret_view(secret), "abcdefgh", 8);
    secret_set_length(secret, 3);
    assert_memory_equal(secret_view(secret), "abc\0\0\0\0\0", 8);
}

static void test_secret_append_grows_up_to_the_limit(void **state) {
    (void)state;
    KC_AUTO(secret) secret = NULL;
    unsigned char expected[10000];
    assert_int_equal(secret_new(1, &secret), KC_OK);
    for (size_t i = 0; i < sizeof expected; i++) {
        expected[i] = (unsigned char)(i % 251);
        assert_int_equal(secret_append(secret, &expected[i], 1, sizeof expected), KC_OK);
    }
    assert_int_equal(secret_length(secret), sizeof expected);
    assert_memory_equal(secret_view(secret), expected, sizeof expected);
    assert_int_equal(secret_view(secret)[sizeof expected], 0);
    assert_int_equal(secret_append(secret, "x", 1, sizeof expected), KC_TOO_BIG);
    assert_int_equal(secret_append(secret, "x", SIZE_MAX, sizeof expected), KC_TOO_BIG);
    assert_int_equal(secret_append(secret, "", 0, sizeof expected), KC_OK);
    assert_memory_equal(secret_view(secret), expected, sizeof expected);
}

static void test_secret_equal_compares_all_bytes(void **state) {
    (void)state;
    static const struct {
        const char *one;
        const char *other;
        bool is_equal;
    } cases[] = {{"", "", true},       {"a", "a", true},      {"abc", "abd", false},
                 {"abc", "ab", false}, {"xbc", "abc", false}, {"", "a", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        KC_AUTO(secret) one = NULL;
        KC_AUTO(secret) other = NULL;
        assert_int_equal(secret_new_copy(cases[i].one, strlen(cases[i].one), &one), KC_OK);
        assert_int_equal(secret_new_copy(cases[i].other, strlen(cases[i].other), &other), KC_OK);
        assert_int_equal(secret_equal(one, other), cases[i].is_equal);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secret_new_is_empty_and_zeroed),
        cmocka_unit_test(test_secret_copy_ends_with_a_nul),
        cmocka_unit_test(test_secret_copy_of_nothing_is_empty),
        cmocka_unit_test(test_secret_too_large_is_refused),
        cmocka_unit_test(test_secret_set_length_wipes_what_is_behind),
        cmocka_unit_test(test_secret_append_grows_up_to_the_limit),
        cmocka_unit_test(test_secret_equal_compares_all_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
