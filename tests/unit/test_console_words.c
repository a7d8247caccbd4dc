/* SPDX-License-Identifier: MIT */
/*
 * A line of the console as words, whole and half typed, and a word as a part of a line.
 * links: shell/console/words.c
 */
#include "shell/console/words.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 256

/* "[one][two]", or the error's number. */
static void describe(enum kc_error error, const struct words *words, char text[SIZE]) {
    size_t at = 0;
    if (error != KC_OK) {
        (void)snprintf(text, SIZE, "error %d", (int)error);
        return;
    }
    text[0] = '\0';
    for (size_t i = 0; i < words->count; i++) {
        at += (size_t)snprintf(text + at, SIZE - at, "[%s]", words->texts[i]);
    }
    assert_null(words->texts[words->count]);
}

struct example {
    const char *line;
    const char *words;
};

static void test_words_split_as_a_shell_would(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"", ""},
        {" \t ", ""},
        {"list", "[list]"},
        {"  search \t aws  prod ", "[search][aws][prod]"},
        {"get 'two words' \"and more\"", "[get][two words][and more]"},
        {"a'b c'd\"e f\"g", "[ab cde fg]"},
        {"'' \"\" x", "[][][x]"},
        {"it\\'s a\\ b\\\\", "[it's][a b\\]"},
        {"'no \\ escape' \"a \\\"b\\\\ \\n\"", "[no \\ escape][a \"b\\ \\n]"},
        {"list # and a comment's words", "[list]"},
        {"# all of it | $", ""},
        {"a#b 'c # d'", "[a#b][c # d]"},
        {"allow x --read 'a*' b? {c} [d] e=!f", "[allow][x][--read][a*][b?][{c}][[d]][e=!f]"},
        {"'| & ; < > ( ) $ `' a\\$b x~y '~'", "[| & ; < > ( ) $ `][a$b][x~y][~]"},
        {"\xc3\xa4\xc3\xb6 '\xe2\x82\xac'", "[\xc3\xa4\xc3\xb6][\xe2\x82\xac]"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        KC_AUTO(words) words = NULL;
        char text[SIZE];
        const char *why = NULL;
        const char *line = examples[i].line;
        enum kc_error error = words_split(line, strlen(line), &words, &why);
        describe(error, words, text);
        assert_string_equal(text, examples[i].words);
    }
}

static void test_words_refuse_what_would_mean_something_else_in_a_shell(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"list | cat", "no shell"},    {"audit > f", "no shell"},   {"set a b < f", "no shell"},
        {"list; list", "no shell"},    {"list &", "no shell"},      {"a$HOME", "no shell"},
        {"`id`", "no shell"},          {"(list)", "no shell"},      {"register ~/x", "no shell"},
        {"get 'open", "isn't closed"}, {"\"", "isn't closed"},      {"a\\", "backslash"},
        {"a\nb", "control character"}, {"'a\x7f'", "control char"}, {"\"\\\x1b\"", "control char"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        struct words *words = NULL;
        const char *why = NULL;
        const char *line = examples[i].line;
        assert_int_equal(words_split(line, strlen(line), &words, &why), KC_INVALID);
        assert_null(words);
        assert_non_null(strstr(why, examples[i].words));
    }
}

static void test_words_of_a_line_that_is_typed_end_at_the_cursor(void **state) {
    (void)state;
    static const struct {
        const char *line;
        const char *words;
        size_t last_offset;
    } examples[] = {
        {"", "[]", 0},
        {"sta", "[sta]", 0},
        {"status ", "[status][]", 7},
        {"search 'my se", "[search][my se]", 7},
        {"search 'my 'se", "[search][my se]", 7},
        {"search \"a\\", "[search][a]", 7},
        {"register ~/b", "[register][~/b]", 9},
        {"a b|", "[a][b|]", 2},
        {"delete a '", "[delete][a][]", 9},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        KC_AUTO(words) words = NULL;
        char text[SIZE];
        const char *line = examples[i].line;
        enum kc_error error = words_begin(line, strlen(line), &words);
        describe(error, words, text);
        assert_string_equal(text, examples[i].words);
        assert_int_equal(words->last_offset, examples[i].last_offset);
    }
    struct words *none = NULL;
    assert_int_equal(words_begin("list # st", 9, &none), KC_NOT_FOUND);
    assert_int_equal(words_begin("a\nb", 3, &none), KC_INVALID);
}

static void test_words_are_bounded(void **state) {
    (void)state;
    KC_AUTO(words) words = NULL;
    struct words *none = NULL;
    const char *why = NULL;
    static char line[WORDS_LINE_MAX + 1];
    memset(line, 'x', sizeof line);
    assert_int_equal(words_split(line, sizeof line, &none, &why), KC_TOO_BIG);
    for (size_t i = 1; i < 2 * (WORDS_MAX + 1); i += 2) {
        line[i] = ' ';
    }
    assert_int_equal(words_split(line, 2 * WORDS_MAX, &words, &why), KC_OK);
    assert_int_equal(words->count, WORDS_MAX);
    assert_int_equal(words_split(line, 2 * WORDS_MAX + 2, &none, &why), KC_TOO_BIG);
    assert_null(none);
}

static void test_words_that_are_quoted_come_back_as_one(void **state) {
    (void)state;
    static const struct example examples[] = {
        {"plain-1_x:y/@%+,=.z", "plain-1_x:y/@%+,=.z"},
        {"", "''"},
        {"two words", "'two words'"},
        {"it's", "'it'\\''s'"},
        {"$`|", "'$`|'"},
        {"#", "'#'"},
        {"~", "'~'"},
        {"\xc3\xa4", "'\xc3\xa4'"},
    };
    char quoted[SIZE];
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        KC_AUTO(words) words = NULL;
        const char *why = NULL;
        assert_true(words_quote(examples[i].line, quoted, sizeof quoted));
        assert_string_equal(quoted, examples[i].words);
        assert_int_equal(words_split(quoted, strlen(quoted), &words, &why), KC_OK);
        assert_int_equal(words->count, 1);
        assert_string_equal(words->texts[0], examples[i].line);
    }
    assert_false(words_quote("a\tb", quoted, sizeof quoted));
    assert_string_equal(quoted, "");
    assert_true(words_quote("it's", quoted, 10));
    assert_false(words_quote("it's", quoted, 9));
    assert_true(words_quote("four", quoted, 5));
    assert_false(words_quote("four", quoted, 4));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_split_as_a_shell_would),
        cmocka_unit_test(test_words_refuse_what_would_mean_something_else_in_a_shell),
        cmocka_unit_test(test_words_of_a_line_that_is_typed_end_at_the_cursor),
        cmocka_unit_test(test_words_are_bounded),
        cmocka_unit_test(test_words_that_are_quoted_come_back_as_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
