/* SPDX-License-Identifier: MIT */
/*
 * Lines: the same ones come out however the bytes come in, and never a longer one.
 * links: libkc/line.c libkc/secret.c platform
 */
#include "libkc/line.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static void assert_takes(struct line *line, const char *expected) {
    char *text = NULL;
    size_t length = 0;
    assert_int_equal(line_take(line, &text, &length), KC_OK);
    assert_int_equal(length, strlen(expected));
    assert_string_equal(text, expected);
}

static void assert_takes_nothing(struct line *line) {
    char *text = NULL;
    size_t length = 0;
    assert_int_equal(line_take(line, &text, &length), KC_AGAIN);
    assert_null(text);
}

static void test_line_keeps_half_a_line(void **state) {
    (void)state;
    struct line line = {0};
    assert_int_equal(line_feed(&line, "ab", 2, 100), KC_OK);
    assert_int_equal(line_pending(&line), 2);
    assert_false(line_is_ready(&line));
    assert_takes_nothing(&line);
    assert_int_equal(line_feed(&line, "c\r\nd", 4, 100), KC_OK);
    assert_true(line_is_ready(&line));
    assert_int_equal(line_pending(&line), 1);
    assert_takes(&line, "abc\r");
    assert_takes_nothing(&line);
    line_clear(&line);
    assert_int_equal(line_pending(&line), 0);
}

static void test_line_holds_no_memory_when_nothing_waits(void **state) {
    (void)state;
    struct line line = {0};
    assert_int_equal(line_feed(&line, "", 0, 10), KC_OK);
    assert_null(line.buffer);
    assert_int_equal(line_feed(&line, "a\n\n", 3, 10), KC_OK);
    assert_takes(&line, "a");
    assert_takes(&line, "");
    assert_takes_nothing(&line);
    assert_null(line.buffer);
}

static void test_line_counts_its_newline_to_the_limit(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        enum kc_error error;
    } cases[] = {
        {"abc\n", KC_OK},           {"abcd\n", KC_TOO_BIG},   {"abc", KC_OK},
        {"abcd", KC_TOO_BIG},       {"\nabc", KC_OK},         {"\nabcd", KC_TOO_BIG},
        {"a\nabcd\nb", KC_TOO_BIG}, {"abc\nabc\nabc", KC_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct line line = {0};
        size_t length = strlen(cases[i].bytes);
        assert_int_equal(line_feed(&line, cases[i].bytes, length, 4), cases[i].error);
        line_clear(&line);
    }
}

static void test_line_over_the_limit_adds_nothing(void **state) {
    (void)state;
    struct line line = {0};
    assert_int_equal(line_feed(&line, "abc\nde", 6, 4), KC_OK);
    assert_int_equal(line_feed(&line, "fg\n", 3, 4), KC_TOO_BIG);
    assert_int_equal(line_pending(&line), 2);
    assert_takes(&line, "abc");
    assert_int_equal(line_feed(&line, "f\n", 2, 4), KC_OK);
    assert_takes(&line, "def");
    assert_takes_nothing(&line);
}

/* Lines of all lengths from 0 to 255. */
static size_t write_lines(char *bytes) {
    size_t length = 0;
    for (size_t i = 0; i < 256; i++) {
        memset(bytes + length, (int)('a' + i % 26), i);
        length += i;
        bytes[length++] = '\n';
    }
    return length;
}

static void test_line_gives_the_same_lines_however_they_come(void **state) {
    (void)state;
    static char bytes[256 * 257];
    size_t length = write_lines(bytes);
    for (size_t piece = 1; piece < 1500; piece = piece * 3 / 2 + 1) {
        struct line line = {0};
        char *text = NULL;
        size_t text_length = 0;
        size_t lines = 0;
        for (size_t at = 0; at < length; at += piece) {
            size_t step = length - at < piece ? length - at : piece;
            assert_int_equal(line_feed(&line, bytes + at, step, 256), KC_OK);
            /* Every other time, so that lines pile up as well. */
            while (at / piece % 2 == 0 && line_take(&line, &text, &text_length) == KC_OK) {
                assert_int_equal(text_length, lines++);
                assert_int_equal(strspn(text, (char[]){text[0], '\0'}), text_length);
            }
        }
        while (line_take(&line, &text, &text_length) == KC_OK) {
            assert_int_equal(text_length, lines++);
        }
        assert_int_equal(lines, 256);
        line_clear(&line);
    }
}

static void test_line_of_a_mebibyte_byte_by_byte_is_quick(void **state) {
    (void)state;
    enum { LIMIT = 1024 * 1024 };
    struct line line = {0};
    assert_int_equal(line_feed(&line, "waits\n", 6, LIMIT), KC_OK);
    for (size_t i = 0; i < LIMIT - 1; i++) {
        assert_int_equal(line_feed(&line, "x", 1, LIMIT), KC_OK);
    }
    assert_int_equal(line_feed(&line, "x", 1, LIMIT), KC_TOO_BIG);
    assert_int_equal(line_feed(&line, "\n", 1, LIMIT), KC_OK);
    assert_takes(&line, "waits");
    assert_true(line_is_ready(&line));
    line_clear(&line);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_keeps_half_a_line),
        cmocka_unit_test(test_line_holds_no_memory_when_nothing_waits),
        cmocka_unit_test(test_line_counts_its_newline_to_the_limit),
        cmocka_unit_test(test_line_over_the_limit_adds_nothing),
        cmocka_unit_test(test_line_gives_the_same_lines_however_they_come),
        cmocka_unit_test(test_line_of_a_mebibyte_byte_by_byte_is_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
