/* SPDX-License-Identifier: MIT */
/*
 * Small parsers, each against a table of what it takes and what it refuses.
 * links: libkc/parse.c libkc/parse_escape.c libkc/parse_glob.c libkc/parse_time.c
 */
#include "libkc/parse.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static void test_parse_unsigned_is_strict(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t max;
        enum kc_error error;
        uint64_t number;
    } cases[] = {
        {"0", 10, KC_OK, 0},
        {"10", 10, KC_OK, 10},
        {"007", 10, KC_OK, 7},
        {"11", 10, KC_TOO_BIG, 0},
        {"18446744073709551615", UINT64_MAX, KC_OK, UINT64_MAX},
        {"18446744073709551616", UINT64_MAX, KC_TOO_BIG, 0},
        {"99999999999999999999999", UINT64_MAX, KC_TOO_BIG, 0},
        {"1", 0, KC_TOO_BIG, 0},
        {"", 10, KC_INVALID, 0},
        {"-1", 10, KC_INVALID, 0},
        {"+1", 10, KC_INVALID, 0},
        {" 1", 10, KC_INVALID, 0},
        {"1 ", 10, KC_INVALID, 0},
        {"0x1", 10, KC_INVALID, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t number = 0;
        assert_int_equal(parse_unsigned(cases[i].text, cases[i].max, &number), cases[i].error);
        assert_true(number == cases[i].number);
    }
}

static void test_parse_utf8_knows_the_rfc(void **state) {
    (void)state;
    static const char *const good[] = {"",
                                       "a",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf",
                                       "a\xc3\xa9z"};
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc3",
                                      "\xc3\x28",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xe2\x82",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xf0\x9f\x98",
                                      "\xfe",
                                      "\xff",
                                      "ok\xff"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(parse_is_utf8(good[i], strlen(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(parse_is_utf8(bad[i], strlen(bad[i])));
    }
    assert_true(parse_is_utf8("a\0b", 3));
}

static void test_parse_name_refuses_controls_and_lengths(void **state) {
    (void)state;
    assert_int_equal(parse_name("", 0, 3), KC_INVALID);
    assert_int_equal(parse_name("abc", 3, 3), KC_OK);
    assert_int_equal(parse_name("abcd", 4, 3), KC_TOO_BIG);
    assert_int_equal(parse_name("a\0b", 3, 3), KC_INVALID);
    assert_int_equal(parse_name("\x1f", 1, 3), KC_INVALID);
    assert_int_equal(parse_name(" ", 1, 3), KC_OK);
    assert_int_equal(parse_name("\x7f", 1, 3), KC_INVALID);
    assert_int_equal(parse_name("\xc2\x9f", 2, 3), KC_INVALID);
    assert_int_equal(parse_name("\xc2\xa0", 2, 3), KC_OK);
    assert_int_equal(parse_name("\xff", 1, 3), KC_INVALID);
}

static void test_parse_hex_there_and_back(void **state) {
    (void)state;
    static const unsigned char bytes[] = {0x00, 0x09, 0xaf, 0xff};
    char text[2 * sizeof bytes + 1];
    parse_write_hex(bytes, sizeof bytes, text);
    assert_string_equal(text, "0009afff");
    assert_true(parse_is_hex(text, 8));
    assert_false(parse_is_hex(text, 7));
    assert_false(parse_is_hex(text, 9));
    assert_false(parse_is_hex("0009AFFF", 8));
    assert_false(parse_is_hex("0009affg", 8));
    assert_true(parse_is_hex("", 0));
}

static void test_parse_time_there_and_back(void **state) {
    (void)state;
    static const struct {
        int64_t wall_us;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000000Z"},
        {-1, "1969-12-31T23:59:59.999999Z"},
        {INT64_C(1767323045678901), "2026-01-02T03:04:05.678901Z"},
        {INT64_C(951782400000000), "2000-02-29T00:00:00.000000Z"},
        {INT64_C(4107542400000000), "2100-03-01T00:00:00.000000Z"},
        {INT64_C(253402300799999999), "9999-12-31T23:59:59.999999Z"},
        {INT64_C(-62167219200000000), "0000-01-01T00:00:00.000000Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[PARSE_TIME_SIZE];
        int64_t wall_us = 1;
        parse_write_time(cases[i].wall_us, false, text);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(parse_time(text, &wall_us), KC_OK);
        assert_true(wall_us == cases[i].wall_us);
    }
}

static void test_parse_time_brings_every_day_back(void **state) {
    (void)state;
    for (int64_t day = -719528; day <= 2932896; day += 13) {
        char text[PARSE_TIME_SIZE];
        int64_t wall_us = 1;
        parse_write_time(day * INT64_C(86400000000), true, text);
        assert_int_equal(strlen(text), 20);
        assert_int_equal(parse_time(text, &wall_us), KC_OK);
        assert_true(wall_us == day * INT64_C(86400000000));
    }
}

static void test_parse_time_survives_any_clock(void **state) {
    (void)state;
    static const int64_t clocks[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX};
    for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        char text[PARSE_TIME_SIZE];
        int64_t wall_us = 0;
        parse_write_time(clocks[i], false, text);
        assert_int_equal(parse_time(text, &wall_us), KC_OK);
    }
}

static void test_parse_time_refuses_every_other_form(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-01-02 03:04:05Z",
        "2026-01-02T03:04:05z",
        "2026-01-02T03:04:05+00:00",
        "2026-01-02T03:04:05.678Z",
        "2026-01-02T03:04:05.6789011Z",
        "2026-00-02T03:04:05Z",
        "2026-13-02T03:04:05Z",
        "2026-01-00T03:04:05Z",
        "2026-01-32T03:04:05Z",
        "2026-02-29T03:04:05Z",
        "2100-02-29T03:04:05Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:60:05Z",
        "2026-01-02T03:04:60Z",
        " 2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05Z ",
        "-026-01-02T03:04:05Z",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t wall_us = 1;
        assert_int_equal(parse_time(texts[i], &wall_us), KC_INVALID);
        assert_true(wall_us == 1);
    }
}

static void test_parse_escape_shows_what_would_not_be_seen(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *shown;
        const char *sentence;
    } cases[] = {
        {"plain \xc3\xa9", "plain \xc3\xa9", "plain \xc3\xa9"},
        {"a\nb\x1b[31m", "a\\x0ab\\x1b[31m", "a\\x0ab\\x1b[31m"},
        {"\x7f", "\\x7f", "\\x7f"},
        {"\"\\", "\\x22\\x5c", "\"\\"},
        {"\xc2\x9b", "\\u009b", "\\u009b"},
        {"\xe2\x80\xae", "\\u202e", "\\u202e"},
        {"\xe2\x80\x8b", "\\u200b", "\\u200b"},
        {"\xef\xbb\xbf", "\\ufeff", "\\ufeff"},
        {"\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81", "\\xf3\\xa0\\x81\\x81"},
        {"\xff\xc3", "\\xff\\xc3", "\\xff\\xc3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char buffer[64];
        size_t length = strlen(cases[i].text);
        assert_ptr_equal(parse_escape(cases[i].text, length, buffer, sizeof buffer), buffer);
        assert_string_equal(buffer, cases[i].shown);
        parse_escape_sentence(cases[i].text, length, buffer, sizeof buffer);
        assert_string_equal(buffer, cases[i].sentence);
    }
}

static void test_parse_escape_cuts_at_a_whole_character(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t size;
        const char *shown;
    } cases[] = {
        {"abcdef", 7, "abcdef"},
        {"abcdef", 6, "ab..."},
        {"abcdef", 4, "..."},
        {"abcdef", 3, ".."},
        {"abcdef", 1, ""},
        {"ab\ncd", 9, "ab\\x0acd"},
        {"ab\ncd", 8, "ab..."},
        {"a\xc3\xa9xyz", 6, "a..."},
        {"a\xc3\xa9xyzu", 7, "a\xc3\xa9..."},
        {"ab", 3, "ab"},
        {"", 1, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char buffer[16] = "###############";
        parse_escape(cases[i].text, strlen(cases[i].text), buffer, cases[i].size);
        assert_string_equal(buffer, cases[i].shown);
    }
    char untouched = '#';
    parse_escape("a", 1, &untouched, 0);
    assert_int_equal(untouched, '#');
}

static void test_parse_glob_matches_whole_text(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        const char *text;
        bool matches;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "abc", true},
        {"a", "a", true},
        {"a", "ab", false},
        {"ab", "a", false},
        {"a*", "a", true},
        {"*a", "bba", true},
        {"*a", "bbab", false},
        {"a*c", "abbbc", true},
        {"a*c", "abbbd", false},
        {"a*b*c", "aXbYbZc", true},
        {"a*b*c", "acb", false},
        {"?", "", false},
        {"?", "a", true},
        {"?", "ab", false},
        {"?", "\xc3\xa9", true},
        {"??", "\xc3\xa9", false},
        {"*??", "\xe2\x82\xac", false},
        {"?", "\xff", true},
        {"a?c", "abc", true},
        {"prod-*", "prod-key", true},
        {"prod-*", "dev-prod-key", false},
        {"[a]", "a", false},
        {"[a]", "[a]", true},
        {"\\*", "\\x", true},
        {"**", "x", true},
        {"*?", "", false},
        {"*ab", "aab", true},
        {"A", "a", false},
        {"*a*a*b", "aaab", true},
        {"a*", "b", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(parse_glob(cases[i].pattern, cases[i].text), cases[i].matches);
    }
}

static void test_parse_glob_has_no_explosion(void **state) {
    (void)state;
    char text[4001];
    char pattern[201];
    memset(text, 'a', 4000);
    text[4000] = '\0';
    for (size_t i = 0; i < 200; i += 2) {
        memcpy(pattern + i, "*a", 2);
    }
    memcpy(pattern + 199, "b", 2);
    assert_false(parse_glob(pattern, text));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_unsigned_is_strict),
        cmocka_unit_test(test_parse_utf8_knows_the_rfc),
        cmocka_unit_test(test_parse_name_refuses_controls_and_lengths),
        cmocka_unit_test(test_parse_hex_there_and_back),
        cmocka_unit_test(test_parse_time_there_and_back),
        cmocka_unit_test(test_parse_time_brings_every_day_back),
        cmocka_unit_test(test_parse_time_survives_any_clock),
        cmocka_unit_test(test_parse_time_refuses_every_other_form),
        cmocka_unit_test(test_parse_escape_shows_what_would_not_be_seen),
        cmocka_unit_test(test_parse_escape_cuts_at_a_whole_character),
        cmocka_unit_test(test_parse_glob_matches_whole_text),
        cmocka_unit_test(test_parse_glob_has_no_explosion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
