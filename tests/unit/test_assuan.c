/* SPDX-License-Identifier: MIT */
/*
 * What a pinentry says, and what it is told.
 *
 * links: daemon/admin/assuan.c libkc/secret.c platform
 */
#include "daemon/admin/assuan.h"

#include "libkc/secret.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

struct line_case {
    const char *line;
    enum kc_error error;
    enum assuan_kind kind;
    const char *data;
};

static void test_assuan_read_knows_the_answers_of_a_server(void **state) {
    (void)state;
    static const struct line_case cases[] = {
        {"OK", KC_OK, ASSUAN_OK, ""},
        {"OK Pleased to meet you", KC_OK, ASSUAN_OK, ""},
        {"OKAY", KC_INVALID, ASSUAN_OK, ""},
        {"ERR 83886179 Operation cancelled <Pinentry>", KC_OK, ASSUAN_ERROR, ""},
        {"ERROR", KC_INVALID, ASSUAN_OK, ""},
        {"D secret", KC_OK, ASSUAN_DATA, "secret"},
        {"D ", KC_OK, ASSUAN_DATA, ""},
        {"D", KC_INVALID, ASSUAN_OK, ""},
        {"D 100%25 %0A%0d%c3%A9", KC_OK, ASSUAN_DATA, "100% \n\r\xc3\xa9"},
        {"D %", KC_INVALID, ASSUAN_OK, ""},
        {"D %2", KC_INVALID, ASSUAN_OK, ""},
        {"D %25", KC_OK, ASSUAN_DATA, "%"},
        {"D %zz", KC_INVALID, ASSUAN_OK, ""},
        {"S PASSWORD_FROM_CACHE", KC_OK, ASSUAN_REMARK, ""},
        {"# a comment", KC_OK, ASSUAN_REMARK, ""},
        {"", KC_OK, ASSUAN_REMARK, ""},
        {"INQUIRE QUALITY x", KC_INVALID, ASSUAN_OK, ""},
        {"ok", KC_INVALID, ASSUAN_OK, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        KC_AUTO(secret) data = NULL;
        enum assuan_kind kind = ASSUAN_REMARK;
        assert_int_equal(secret_new(64, &data), KC_OK);
        assert_int_equal(assuan_read(cases[i].line, strlen(cases[i].line), data, 64, &kind),
                         cases[i].error);
        if (cases[i].error == KC_OK) {
            assert_int_equal(kind, cases[i].kind);
            assert_int_equal(secret_length(data), strlen(cases[i].data));
            assert_memory_equal(secret_view(data), cases[i].data, secret_length(data));
        }
    }
}

static void test_assuan_read_has_bounds(void **state) {
    (void)state;
    char line[ASSUAN_LINE_MAX];
    KC_AUTO(secret) data = NULL;
    enum assuan_kind kind = ASSUAN_REMARK;
    assert_int_equal(secret_new(8, &data), KC_OK);
    memset(line, 'x', sizeof line);
    memcpy(line, "D ", 2);
    assert_int_equal(assuan_read(line, sizeof line, data, 8, &kind), KC_TOO_BIG);
    assert_int_equal(assuan_read(line, 2 + 9, data, 8, &kind), KC_TOO_BIG);
    secret_set_length(data, 0);
    assert_int_equal(assuan_read(line, 2 + 8, data, 8, &kind), KC_OK);
}

static void test_assuan_write_escapes(void **state) {
    (void)state;
    char line[ASSUAN_LINE_MAX + 1];
    char text[ASSUAN_LINE_MAX];
    assert_int_equal(assuan_write("GETPIN", "", line), KC_OK);
    assert_string_equal(line, "GETPIN\n");
    assert_int_equal(assuan_write("SETDESC", "100% sure?\nyes\x7f", line), KC_OK);
    assert_string_equal(line, "SETDESC 100%25 sure?%0Ayes%7F\n");
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_int_equal(assuan_write("SETDESC", text, line), KC_TOO_BIG);
    text[ASSUAN_LINE_MAX - 20] = '\0';
    assert_int_equal(assuan_write("SETDESC", text, line), KC_OK);
    assert_int_equal(line[strlen(line) - 1], '\n');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assuan_read_knows_the_answers_of_a_server),
        cmocka_unit_test(test_assuan_read_has_bounds),
        cmocka_unit_test(test_assuan_write_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
