/* SPDX-License-Identifier: MIT */
/*
 * Every code has a sentence of its own, in the form that messages have.
 * links: libkc/error.c
 */
#include "libkc/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <ctype.h>
#include <string.h>

static void test_error_every_code_has_its_own_sentence(void **state) {
    (void)state;
    for (int one = KC_OK; one <= KC_INTERNAL; one++) {
        const char *text = kc_error_text((enum kc_error)one);
        assert_true(strlen(text) > 3);
        assert_string_not_equal(text, kc_error_text((enum kc_error)(KC_INTERNAL + 1)));
        for (int other = KC_OK; other < one; other++) {
            assert_string_not_equal(text, kc_error_text((enum kc_error)other));
        }
    }
}

static void test_error_sentences_are_lower_case_without_full_stop(void **state) {
    (void)state;
    for (int error = KC_OK; error <= KC_INTERNAL + 1; error++) {
        const char *text = kc_error_text((enum kc_error)error);
        assert_true(islower((unsigned char)text[0]));
        assert_int_not_equal(text[strlen(text) - 1], '.');
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_every_code_has_its_own_sentence),
        cmocka_unit_test(test_error_sentences_are_lower_case_without_full_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
