/* SPDX-License-Identifier: MIT */
/*
 * What a client reads JSON with, and writes it with.
 * links: libkc/scan.c libkc/scan_decode.c
 * links: libkc/compose.c libkc/secret.c libkc/parse.c libkc/parse_escape.c
 * links: libkc/base64.c platform
 */
#include "libkc/scan.h"

#include "libkc/compose.h"
#include "libkc/secret.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A whole text. */
static enum kc_error skip_all(const char *text, size_t length) {
    struct scan scan;
    enum kc_error error = scan_begin(&scan, text, length);
    if (error == KC_OK) {
        error = scan_skip(&scan);
    }
    return error == KC_OK ? scan_end(&scan) : error;
}

static void test_scan_takes_what_is_json(void **state) {
    (void)state;
    static const char *const texts[] = {
        "{}",        "[]",     " [ ] ",   "[1,2]",
        "0",         "-0",     "10",      "1.5",
        "1e5",       "1E-5",   "-1.0e+3", "true",
        "false",     "null",   "\"\"",    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
        "{\"a\":1}", "[[[]]]", "\t\r\n1", "{\"a\" : [ {\"b\":null} , true ] , \"c\":\"\\u0000\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(skip_all(texts[i], strlen(texts[i])), KC_OK);
    }
}

static void test_scan_refuses_what_is_none(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        " ",
        "{",
        "}",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\" 1}",
        "{1:1}",
        "{\"a\":1]",
        "[1}",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "1e+",
        "+1",
        "0x1",
        "tru",
        "nul",
        "True",
        "nan",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\\n\"",
        "\"a\nb\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800x\"",
        "1 2",
        "{} {}",
        "\"\xff\"",
        "\xc3",
        "{\"\\u0000\":1}",
        "'a'",
        "\"\\",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(skip_all(texts[i], strlen(texts[i])), KC_INVALID);
    }
    assert_int_equal(skip_all("\"a\0b\"", 5), KC_INVALID);
    assert_int_equal(skip_all("1\0", 2), KC_INVALID);
}

static void test_scan_reads_nothing_behind_a_text_that_is_cut(void **state) {
    (void)state;
    static const char whole[] = "{\"a\":[1.5e3,\"\\u00e9\\ud83d\\ude00\",null],\"b\":{\"c\":true}}";
    for (size_t length = 0; length < sizeof whole - 1; length++) {
        char *cut = malloc(length > 0 ? length : 1); /* so that a sanitizer sees one byte too far */
        assert_non_null(cut);
        memcpy(cut, whole, length);
        assert_int_equal(skip_all(cut, length), KC_INVALID);
        free(cut);
    }
    assert_int_equal(skip_all(whole, sizeof whole - 1), KC_OK);
}

static void test_scan_bounds_the_depth(void **state) {
    (void)state;
    char text[4 * SCAN_DEPTH_MAX];
    for (size_t depth = SCAN_DEPTH_MAX; depth <= SCAN_DEPTH_MAX + 1; depth++) {
        memset(text, '[', depth);
        text[depth] = '1';
        memset(text + depth + 1, ']', depth);
        assert_int_equal(skip_all(text, 2 * depth + 1),
                         depth <= SCAN_DEPTH_MAX ? KC_OK : KC_INVALID);
    }
}

static void test_scan_decodes_every_escape(void **state) {
    (void)state;
    static const char text[] =
        "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u00E9\\u20ac\\ud83d\\ude00\\uffff.\"";
    static const char wanted[] =
        "a\"\\/\b\f\n\r\t\0\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbf.";
    struct scan scan;
    KC_AUTO(secret) secret = NULL;
    char *copy = NULL;
    assert_int_equal(scan_begin(&scan, text, sizeof text - 1), KC_OK);
    assert_int_equal(scan_secret(&scan, &secret), KC_OK);
    assert_int_equal(secret_length(secret), sizeof wanted - 1);
    assert_memory_equal(secret_view(secret), wanted, sizeof wanted - 1);
    /* A text ends at a NUL: it can't have one. */
    assert_int_equal(scan_begin(&scan, text, sizeof text - 1), KC_OK);
    assert_int_equal(scan_text(&scan, &copy), KC_INVALID);
}

static void test_scan_fits_words_and_integers(void **state) {
    (void)state;
    struct scan scan;
    char word[4];
    int64_t number = 0;
    assert_int_equal(scan_begin(&scan, "\"abc\"", 5), KC_OK);
    assert_int_equal(scan_word(&scan, word, sizeof word), KC_OK);
    assert_string_equal(word, "abc");
    assert_int_equal(scan_begin(&scan, "\"abcd\"", 6), KC_OK);
    assert_int_equal(scan_word(&scan, word, sizeof word), KC_INVALID);
    assert_int_equal(scan_begin(&scan, "-9223372036854775808", 20), KC_OK);
    assert_int_equal(scan_integer(&scan, &number), KC_OK);
    assert_true(number == INT64_MIN);
    static const char *const others[] = {
        "9223372036854775808", "1.0", "1e1", "\"1\"", "00", "", "99999999999999999999999999999999"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(scan_begin(&scan, others[i], strlen(others[i])), KC_OK);
        assert_int_equal(scan_integer(&scan, &number), KC_INVALID);
    }
}

static void test_compose_puts_commas_and_escapes(void **state) {
    (void)state;
    struct compose compose;
    KC_AUTO(secret) line = NULL;
    compose_begin(&compose, 1000);
    compose_text(&compose, "a", "x\"\\\n\x7f\xc3\xa9");
    compose_text(&compose, "left out", "");
    compose_text(&compose, "left out", NULL);
    compose_name(&compose, "b");
    compose_open(&compose, '[');
    compose_value(&compose, "\0", 1, false);
    compose_value(&compose, "\xff", 1, true);
    compose_string(&compose, "[", 1);
    compose_open(&compose, '[');
    compose_close(&compose, ']');
    compose_string(&compose, "", 0);
    compose_close(&compose, ']');
    compose_name(&compose, "c");
    compose_json(&compose, "17");
    assert_int_equal(compose_end(&compose, &line), KC_OK);
    assert_string_equal((const char *)secret_view(line),
                        "{\"a\":\"x\\\"\\\\\\u000a\x7f\xc3\xa9\",\"b\":[\"\\u0000\",\"/w==\",\"[\","
                        "[],\"\"],\"c\":17}\n");
}

static void test_compose_tells_the_first_error(void **state) {
    (void)state;
    struct compose compose;
    KC_AUTO(secret) line = NULL;
    compose_begin(&compose, 1000);
    compose_text(&compose, "a", "\xff");
    compose_text(&compose, "b", "fine");
    assert_int_equal(compose_end(&compose, &line), KC_INVALID);
    assert_null(line);
    compose_begin(&compose, 10);
    compose_text(&compose, "a", "0123456789");
    assert_int_equal(compose_end(&compose, &line), KC_TOO_BIG);
    assert_null(line);
    for (size_t limit = 0; limit < 12; limit++) { /* {"a":"bc"} and a newline */
        compose_begin(&compose, limit);
        compose_text(&compose, "a", "bc");
        assert_int_equal(compose_end(&compose, &line), limit < 11 ? KC_TOO_BIG : KC_OK);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scan_takes_what_is_json),
        cmocka_unit_test(test_scan_refuses_what_is_none),
        cmocka_unit_test(test_scan_reads_nothing_behind_a_text_that_is_cut),
        cmocka_unit_test(test_scan_bounds_the_depth),
        cmocka_unit_test(test_scan_decodes_every_escape),
        cmocka_unit_test(test_scan_fits_words_and_integers),
        cmocka_unit_test(test_compose_puts_commas_and_escapes),
        cmocka_unit_test(test_compose_tells_the_first_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
