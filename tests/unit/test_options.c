/* SPDX-License-Identifier: MIT */
/*
 * The grammar of the command line, word by word.
 * links: libkc/options.c libkc/options_print.c
 */
#include "libkc/options.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const struct option table[] = {
    {.name = "quiet", .letter = 'q', .help = "say nothing"},
    {.name = "search", .can_negate = true, .help = "may search"},
    {.name = "no-newline", .letter = 'n', .help = "no newline"},
    {.name = "socket", .letter = 's', .kind = OPTION_VALUE, .argument = "ADDRESS", .help = "where"},
    {.name = "read",
     .kind = OPTION_VALUE,
     .can_repeat = true,
     .argument = "SERVICE[,SERVICE…]",
     .help = "what"},
    {.name = NULL},
};

#define WORDS_MAX 6

static enum kc_error parse(const char *const words[WORDS_MAX], struct options **ret_options,
                           char *why) {
    int count = 0;
    while (count < WORDS_MAX && words[count] != NULL) {
        count++;
    }
    return options_parse(table, count, words, ret_options, why);
}

/* One line that says all that was understood. */
static void describe(const struct options *options, char *text, size_t size) {
    size_t at = (size_t)snprintf(
        text, size, "q%d S%d n%d s=%s r=", options_flag(options, "quiet", 0),
        options_flag(options, "search", 0), options_flag(options, "no-newline", 0),
        options_value(options, "socket", 0) == NULL ? "-" : options_value(options, "socket", 0));
    for (size_t i = 0; i < options_value_count(options, "read"); i++) {
        at += (size_t)snprintf(text + at, size - at, "%s;", options_value(options, "read", i));
    }
    for (size_t i = 0; i < options_operand_count(options); i++) {
        at += (size_t)snprintf(text + at, size - at, " %s", options_operand(options, i));
    }
}

static void test_options_understand_the_grammar(void **state) {
    (void)state;
    static const struct {
        const char *words[WORDS_MAX];
        const char *meaning;
    } cases[] = {
        {{NULL}, "q0 S0 n0 s=- r="},
        {{"a", "-q", "b"}, "q1 S0 n0 s=- r= a b"},
        {{"--quiet", "--search"}, "q1 S1 n0 s=- r="},
        {{"--search", "--no-search"}, "q0 S0 n0 s=- r="},
        {{"--no-search", "--search"}, "q0 S1 n0 s=- r="},
        {{"--no-newline"}, "q0 S0 n1 s=- r="},
        {{"-nq"}, "q1 S0 n1 s=- r="},
        {{"-qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"}, "q1 S0 n0 s=- r="},
        {{"-s", "x"}, "q0 S0 n0 s=x r="},
        {{"-sx"}, "q0 S0 n0 s=x r="},
        {{"-qsx"}, "q1 S0 n0 s=x r="},
        {{"--socket", "x"}, "q0 S0 n0 s=x r="},
        {{"--socket=x=y"}, "q0 S0 n0 s=x=y r="},
        {{"--socket="}, "q0 S0 n0 s= r="},
        {{"--socket", "--quiet"}, "q0 S0 n0 s=--quiet r="},
        {{"--read", "a", "x", "--read=b"}, "q0 S0 n0 s=- r=a;b; x"},
        {{"--", "--quiet", "--"}, "q0 S0 n0 s=- r= --quiet --"},
        {{"-", "-q"}, "q1 S0 n0 s=- r= -"},
        {{""}, "q0 S0 n0 s=- r= "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        KC_AUTO(options) options = NULL;
        char why[KC_MESSAGE_MAX] = "";
        char text[256];
        assert_int_equal(parse(cases[i].words, &options, why), KC_OK);
        describe(options, text, sizeof text);
        assert_string_equal(text, cases[i].meaning);
    }
}

static void test_options_refuse_and_say_why(void **state) {
    (void)state;
    static const struct {
        const char *words[WORDS_MAX];
        const char *why;
    } cases[] = {
        {{"--loud"}, "unknown option \"--loud\""},
        {{"--sea"}, "unknown option \"--sea\"; there is \"--search\""},
        {{"--loud=secret"}, "unknown option \"--loud\""},
        {{"--no-quiet"}, "unknown option \"--no-quiet\""},
        {{"--no-"}, "unknown option \"--no-\"; there is \"--no-newline\""},
        {{"--=x"}, "unknown option \"--\""},
        {{"-qx"}, "unknown option \"-x\""},
        {{"-\x1b"}, "unknown option \"-?\""},
        {{"--quiet=1"}, "\"--quiet\" takes no value"},
        {{"--no-search=1"}, "\"--no-search\" takes no value"},
        {{"--socket"}, "\"--socket\" needs a value: --socket ADDRESS"},
        {{"-qs"}, "\"--socket\" needs a value: --socket ADDRESS"},
        {{"-sx", "--socket=y"}, "\"--socket\" is given twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        KC_AUTO(options) options = NULL;
        char why[KC_MESSAGE_MAX] = "";
        assert_int_equal(parse(cases[i].words, &options, why), KC_INVALID);
        assert_null(options);
        assert_string_equal(why, cases[i].why);
    }
}

static void test_options_know_what_was_given(void **state) {
    (void)state;
    static const char *const words[WORDS_MAX] = {"--no-search", "--socket", "x"};
    KC_AUTO(options) options = NULL;
    char why[KC_MESSAGE_MAX];
    assert_int_equal(parse(words, &options, why), KC_OK);
    assert_true(options_given(options, "search"));
    assert_true(options_given(options, "socket"));
    assert_false(options_given(options, "quiet"));
    assert_false(options_flag(options, "search", true));
    assert_true(options_flag(options, "quiet", true));
    assert_null(options_value(options, "socket", 1));
    assert_null(options_value(options, "read", 0));
    assert_null(options_operand(options, 0));
}

static void test_options_print_every_row(void **state) {
    (void)state;
    static const char expected[] = "  -q, --quiet                    say nothing\n"
                                   "      --[no-]search              may search\n"
                                   "  -n, --no-newline               no newline\n"
                                   "  -s, --socket ADDRESS           where\n"
                                   "      --read SERVICE[,SERVICE…]  what\n";
    char text[1024] = "";
    FILE *stream = tmpfile();
    assert_non_null(stream);
    options_print(table, stream);
    rewind(stream);
    size_t length = fread(text, 1, sizeof text - 1, stream);
    text[length] = '\0';
    fclose(stream);
    assert_string_equal(text, expected);
}

static void test_options_list_every_spelling(void **state) {
    (void)state;
    static const char expected[] = "--quiet\tsay nothing\n-q\tsay nothing\n"
                                   "--search\tmay search\n--no-search\tnot: may search\n";
    char text[1024] = "";
    FILE *stream = tmpfile();
    assert_non_null(stream);
    options_list(table, stream);
    rewind(stream);
    assert_true(fread(text, 1, sizeof text - 1, stream) > 0);
    fclose(stream);
    assert_memory_equal(text, expected, sizeof expected - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_understand_the_grammar),
        cmocka_unit_test(test_options_refuse_and_say_why),
        cmocka_unit_test(test_options_know_what_was_given),
        cmocka_unit_test(test_options_print_every_row),
        cmocka_unit_test(test_options_list_every_spelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
