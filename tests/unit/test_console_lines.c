/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a line: which command it is, whether it may be remembered, and what may stand at
 * the cursor.
 * links: shell/console/lines.c shell/console/words.c shell/console/candidates.c
 * links: libkc/parse.c libkc/parse_escape.c
 */
#include "shell/console/lines.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 256

static struct words *split(const char *line) {
    struct words *words = NULL;
    const char *why = NULL;
    assert_int_equal(words_split(line, strlen(line), &words, &why), KC_OK);
    return words;
}

static void test_lines_become_commands(void **state) {
    (void)state;
    static const struct {
        const char *line;
        enum line_kind kind;
        const char *arguments;
    } examples[] = {
        {"", LINE_NOTHING, ""},
        {"# nothing", LINE_NOTHING, ""},
        {"list --json", LINE_COMMAND, " list --json"},
        {"keychain-auth list", LINE_COMMAND, " list"},
        {"pending", LINE_COMMAND, " list-pending"},
        {"keychain-auth pending --json", LINE_COMMAND, " list-pending --json"},
        {"approve 12 --read aws", LINE_COMMAND, " approve --ask 12 --read aws"},
        {"keychain-auth approve 12 --no-ask", LINE_COMMAND, " approve --ask 12 --no-ask"},
        {"exit", LINE_LEAVE, " exit"},
        {"quit", LINE_LEAVE, " quit"},
        {"help", LINE_HELP, " help"},
        {"help set", LINE_COMMAND, " help set"},
        {"keychain-auth", LINE_COMMAND, " keychain-auth"},
        {"console", LINE_REFUSED, " console"},
        {"trust-session --yes", LINE_REFUSED, " trust-session --yes"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        KC_AUTO(words) words = split(examples[i].line);
        struct line_plan plan;
        char text[SIZE] = "";
        size_t at = 0;
        line_plan(words, &plan);
        for (size_t j = 0; j < plan.count; j++) {
            at += (size_t)snprintf(text + at, SIZE - at, " %s", plan.arguments[j]);
        }
        assert_int_equal(plan.kind, examples[i].kind);
        assert_string_equal(text, examples[i].arguments);
        assert_null(plan.arguments[plan.count]);
        assert_int_equal(plan.why != NULL, plan.kind == LINE_REFUSED);
    }
}

static void test_lines_with_values_are_not_kept(void **state) {
    (void)state;
    static const struct {
        const char *line;
        bool is_kept;
    } examples[] = {
        {"list", true},
        {"search aws prod", true},
        {"set aws prod", true},
        {"keychain-auth set aws prod", true},
        {"pending", true},
        {"help set", true},
        {"", false},
        {"# a secret", false},
        {" list", false},
        {"\tlist", false},
        {"AKIAEXAMPLE", false},
        {"lst", false},
        {"keychain-auth hunter2", false},
        {"set aws prod hunter2", false},
        {"keychain-auth set aws prod hunter2", false},
        {"set aws prod --value=hunter2", false},
        {"set aws prod --hunter2", false},
        {"set aws prod -- hunter2", false},
        {"set aws prod --attr pin=1234", false},
        {"search aws --attr pin=1234", false},
        {"search aws --attr=pin=1234", false},
        {"import secret-service --match pin=1234", false},
    };
    KC_AUTO(candidates) commands = NULL;
    char rows[] = "list\tx\nsearch\tx\nset\tx\nimport\tx\n";
    assert_int_equal(candidates_new(rows, &commands), KC_OK);
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        KC_AUTO(words) words = split(examples[i].line);
        if (line_may_be_kept(examples[i].line, words, commands) != examples[i].is_kept) {
            fail_msg("\"%s\" %s", examples[i].line, examples[i].is_kept ? "is lost" : "is kept");
        }
    }
}

static void test_candidates_are_rows_of_words(void **state) {
    (void)state;
    KC_AUTO(candidates) rows = NULL;
    char text[] =
        "one\tthe first\n\ntwo\nbad\x01\tx\nth\x80\n\tno word\nthree\ta\x1b[2J\nlast\thelp";
    assert_int_equal(candidates_new(text, &rows), KC_OK);
    assert_int_equal(rows->count, 4);
    assert_string_equal(rows->rows[0].word, "one");
    assert_string_equal(rows->rows[0].help, "the first");
    assert_string_equal(rows->rows[1].help, "");
    assert_string_equal(rows->rows[2].word, "three");
    assert_string_equal(rows->rows[2].help, "");
    assert_string_equal(rows->rows[3].help, "help");
    assert_true(candidates_have(rows, "two"));
    assert_false(candidates_have(rows, "tw"));
}

static void test_candidates_agree_on_whole_characters(void **state) {
    (void)state;
    KC_AUTO(candidates) rows = NULL;
    char text[] = "list\nlist-pending\nset\ngr\xc3\xb6n\ngr\xc3\xa4n\n";
    assert_int_equal(candidates_new(text, &rows), KC_OK);
    assert_int_equal(candidates_common(rows), 0);
    struct candidates some = *rows;
    candidates_narrow(&some, "li");
    assert_int_equal(some.count, 2);
    assert_int_equal(candidates_common(&some), 4);
    some = *rows;
    candidates_narrow(&some, "g");
    assert_int_equal(candidates_common(&some), 2);
    candidates_narrow(&some, "x");
    assert_int_equal(some.count, 0);
    assert_int_equal(candidates_common(&some), 0);
}

static void test_candidates_are_bounded(void **state) {
    (void)state;
    KC_AUTO(candidates) rows = NULL;
    size_t size = (size_t)2 * (CANDIDATES_MAX + 5) + 1;
    char *text = malloc(size);
    assert_non_null(text);
    for (size_t i = 0; i + 1 < size; i += 2) {
        text[i] = 'x';
        text[i + 1] = '\n';
    }
    text[size - 1] = '\0';
    assert_int_equal(candidates_new(text, &rows), KC_OK);
    assert_int_equal(rows->count, CANDIDATES_MAX);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_become_commands),
        cmocka_unit_test(test_lines_with_values_are_not_kept),
        cmocka_unit_test(test_candidates_are_rows_of_words),
        cmocka_unit_test(test_candidates_agree_on_whole_characters),
        cmocka_unit_test(test_candidates_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
