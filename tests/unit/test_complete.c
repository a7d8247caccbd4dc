/* SPDX-License-Identifier: MIT */
/*
 * What may stand at the end of a command line, by a table of commands.
 *
 * links: daemon/admin/complete.c daemon/admin/nearest.c
 */
#include "daemon/admin/complete.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const struct option options[] = {
    {.name = "read", .kind = OPTION_VALUE, .argument = "SERVICE[,...]"},
    {.name = "lines", .letter = 'n', .kind = OPTION_VALUE, .argument = "N"},
    {.name = "pid", .kind = OPTION_VALUE, .argument = "N"},
    {.name = "follow", .letter = 'f'},
    {.name = NULL}};

static const struct command commands[] = {
    {.name = "approve", .operands = "ID|PATH", .options = options},
    {.name = "check", .operands = "[PATH...]", .options = options},
    {.name = "delete", .operands = "SERVICE TARGET...", .options = options},
    {.name = "explain", .operands = "PID | PATH ACTION SERVICE [TARGET]", .options = options},
    {.name = "list", .operands = "", .options = options},
    {.name = "store", .operands = "migrate file|memory", .options = options},
    {.name = NULL}};

/* What is wanted, in a word. */
static void describe(const char *line, char *ret_form, size_t size) {
    char text[256];
    const char *words[16];
    size_t count = 0;
    struct wanted wanted;
    (void)snprintf(text, sizeof text, "%s", line);
    char *at = text;
    for (char *blank = strchr(at, ' '); blank != NULL; blank = strchr(at, ' ')) {
        *blank = '\0';
        words[count++] = at;
        at = blank + 1;
    }
    words[count++] = at;
    complete_find(commands, count, words, &wanted);
    if (wanted.is_nothing) {
        (void)snprintf(ret_form, size, "nothing");
    } else if (wanted.command == NULL) {
        (void)snprintf(ret_form, size, "a command from %s", wanted.typed);
    } else if (wanted.is_option) {
        (void)snprintf(ret_form, size, "an option of %s", wanted.command->name);
    } else {
        (void)snprintf(ret_form, size, "%s from %s+%zu of %s", wanted.form, wanted.typed,
                       wanted.kept, wanted.service == NULL ? "-" : wanted.service);
    }
}

static void test_complete_finds_what_is_wanted(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"", "a command from "},
        {"app", "a command from app"},
        {"help ", "a command from "},
        {"nonsense ", "nothing"},
        {"approve ", "ID|PATH from +0 of -"},
        {"approve --", "an option of approve"},
        {"approve -", "an option of approve"},
        {"approve -- --", "ID|PATH from --+0 of -"},
        {"approve --read ", "SERVICE[,...] from +0 of -"},
        {"approve x --read a,b", "SERVICE[,...] from a,b+0 of -"},
        {"approve --read=a,b", "SERVICE[,...] from a,b+7 of -"},
        {"approve --follow=x", "nothing"},
        {"approve --read a x", "ID|PATH from x+0 of -"},
        {"approve -n ", "N from +0 of -"},
        {"approve -fn ", "N from +0 of -"},
        {"approve -nf ", "ID|PATH from +0 of -"},
        {"approve x ", " from +0 of -"},
        {"check a b c", "PATH from c+0 of -"},
        {"delete ", "SERVICE from +0 of -"},
        {"delete aws ", "TARGET from +0 of aws"},
        {"delete aws a b", "TARGET from b+0 of aws"},
        {"explain ", "PID|PATH from +0 of -"},
        {"explain /x ", "ACTION from +0 of -"},
        {"explain /x read aws ", "TARGET from +0 of aws"},
        {"explain --pid 7 ", "ACTION from +0 of -"},
        {"explain --pid 7 read aws ", "TARGET from +0 of aws"},
        {"explain /x read aws a ", " from +0 of aws"},
        {"list ", " from +0 of -"},
        {"store ", "migrate from +0 of -"},
        {"store migrate ", "file|memory from +0 of -"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char form[256];
        describe(rows[i][0], form, sizeof form);
        assert_string_equal(form, rows[i][1]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complete_finds_what_is_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
