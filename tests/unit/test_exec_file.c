/* SPDX-License-Identifier: MIT */
/*
 * The lines of an --env-file: those that all tools read in the same way, and no others.
 *
 * links: kcget/exec_file.c
 */
#include "kcget/exec_file.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

/* All variables as "NAME=VALUE|", or "line N" of what is wrong. */
static void describe(const char *text, size_t length, char *ret_form, size_t size) {
    struct exec_file file = {.text = text, .length = length};
    struct exec_file_variable found;
    char why[KC_MESSAGE_MAX] = "";
    size_t used = 0;
    ret_form[0] = '\0';
    enum kc_error error = exec_file_next(&file, &found, why);
    while (error == KC_OK) {
        used += (size_t)snprintf(ret_form + used, size - used, "%.*s=%.*s|", (int)found.name_length,
                                 found.name, (int)found.value_length, found.value);
        assert_true(used < size);
        error = exec_file_next(&file, &found, why);
    }
    if (error == KC_INVALID) {
        assert_string_not_equal(why, "");
        (void)snprintf(ret_form, size, "line %zu", file.line);
    } else {
        assert_int_equal(error, KC_NOT_FOUND);
    }
}

static void check(const char *const rows[][2], size_t count) {
    for (size_t i = 0; i < count; i++) {
        char form[512];
        describe(rows[i][0], strlen(rows[i][0]), form, sizeof form);
        assert_string_equal(form, rows[i][1]);
    }
}

static void test_exec_file_reads_what_all_tools_read_alike(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"", ""},
        {"\n# A=1\n  # B=2\n\n", ""},
        {"A=1\nB=\n_c9=x=y#z", "A=1|B=|_c9=x=y#z|"},
        {"export A=1\nexport   B=2\n", "A=1|B=2|"},
        {"  A=1  \n\tB=2\t\n", "A=1|B=2|"},
        {"A=1\r\n\r\nB='x'\r\n", "A=1|B=x|"},
        {"A='it is $5 \"or\" \\6 #'\n", "A=it is $5 \"or\" \\6 #|"},
        {"A=\"it's\tso\"\nB=\"\"\nC=''\n", "A=it's\tso|B=|C=|"},
        {"export=1\n", "export=1|"},
        {"U=postgres://u:kc://db/pw@h/x", "U=postgres://u:kc://db/pw@h/x|"},
    };
    check(rows, sizeof rows / sizeof rows[0]);
}

static void test_exec_file_refuses_what_they_read_differently(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"A=1\nA=a b\n", "line 2"},  {"A=$HOME\n", "line 1"},  {"A=`id`\n", "line 1"},
        {"A=\\n\n", "line 1"},       {"A=\"$B\"\n", "line 1"}, {"A=\"a\\\"b\"\n", "line 1"},
        {"A='x\n'\n", "line 1"},     {"A=\"x\n", "line 1"},    {"A='\n", "line 1"},
        {"A='a'b\n", "line 1"},      {"A=x'y'\n", "line 1"},   {"A=1 # why\n", "line 1"},
        {"# fine\n\nA\n", "line 3"}, {"=1\n", "line 1"},       {"1A=1\n", "line 1"},
        {"A B=1\n", "line 1"},       {"A =1\n", "line 1"},     {"A-B=1\n", "line 1"},
        {"export\n", "line 1"},      {"A=\0331\n", "line 1"},  {"A=x\ry\n", "line 1"},
    };
    check(rows, sizeof rows / sizeof rows[0]);
}

static void test_exec_file_refuses_a_byte_that_ends_text(void **state) {
    (void)state;
    static const char text[] = "A=1\nB=x\0y\n";
    char form[64];
    describe(text, sizeof text - 1, form, sizeof form);
    assert_string_equal(form, "line 2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exec_file_reads_what_all_tools_read_alike),
        cmocka_unit_test(test_exec_file_refuses_what_they_read_differently),
        cmocka_unit_test(test_exec_file_refuses_a_byte_that_ends_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
