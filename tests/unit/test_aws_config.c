/* SPDX-License-Identifier: MIT */
/*
 * One setting put into ~/.aws/config: where it goes, and when it doesn't.
 * links: daemon/admin/aws_config.c daemon/admin/span.c
 */
#include "daemon/admin/aws_config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define LINE        "credential_process = /b/x p\n"

static enum kc_error plan(const char *text, const char *profile, char after[1024],
                          char why[KC_MESSAGE_MAX]) {
    struct aws_config_change change = {0};
    enum kc_error error = aws_config_plan(text, strlen(text), profile, "/b/x p", &change, why);
    if (error == KC_OK) {
        (void)snprintf(after, 1024, "%.*s%s%s", (int)change.offset, text, change.text,
                       text + change.offset);
    }
    free(change.text);
    return error;
}

static void test_aws_config_puts_the_line_into_the_profiles_section(void **state) {
    (void)state;
    static const char *const rows[][3] = {
        {"p", "[profile p]\nregion = x\n", "[profile p]\n" LINE "region = x\n"},
        {"p", "# c\r\n[ profile  p ] # c\r\n\r\n[profile q]\n",
         "# c\r\n[ profile  p ] # c\r\n" LINE "\r\n[profile q]\n"},
        {"p", "[profile \"p\"]\n", "[profile \"p\"]\n" LINE},
        {"p", "[profile p]", "[profile p]\n" LINE},
        {"p", "[profile p]\n[profile p]\n", "[profile p]\n" LINE "[profile p]\n"},
        {"default", "[default]\nregion=x", "[default]\n" LINE "region=x"},
        {"p", "[profile p]\ns3 =\n  credential_process = no\n",
         "[profile p]\n" LINE "s3 =\n  credential_process = no\n"},
        {"p", "[profile q]\ncredential_process = q\n[profile p]\n",
         "[profile q]\ncredential_process = q\n[profile p]\n" LINE},
        {"p", "[profile p]\n#credential_process = old\n",
         "[profile p]\n" LINE "#credential_process = old\n"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char after[1024];
        char why[KC_MESSAGE_MAX] = "";
        assert_int_equal(plan(rows[i][1], rows[i][0], after, why), KC_OK);
        assert_string_equal(after, rows[i][2]);
        char again[1024];
        assert_int_equal(plan(after, rows[i][0], again, why), KC_EXISTS);
    }
}

static void test_aws_config_makes_a_section_at_the_end_where_there_is_none(void **state) {
    (void)state;
    static const char *const rows[][3] = {
        {"p", "", "[profile p]\n" LINE},
        {"default", "", "[default]\n" LINE},
        {"p", "[profile pp]\n", "[profile pp]\n\n[profile p]\n" LINE},
        {"p", "[profile q]\nregion=x", "[profile q]\nregion=x\n\n[profile p]\n" LINE},
        {"p", "[p]\n[profilep]\n[sso-session p]\n[profile p\n",
         "[p]\n[profilep]\n[sso-session p]\n[profile p\n\n[profile p]\n" LINE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char after[1024];
        char why[KC_MESSAGE_MAX] = "";
        assert_int_equal(plan(rows[i][1], rows[i][0], after, why), KC_OK);
        assert_string_equal(after, rows[i][2]);
    }
}

static void test_aws_config_leaves_another_process_alone(void **state) {
    (void)state;
    char after[1024];
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(plan("[profile p]\n\ncredential_process=other\n", "p", after, why),
                     KC_INVALID);
    assert_memory_equal(why, "line 3: ", 8);
    assert_null(strstr(why, "other;"));
    assert_int_equal(plan("[profile p]\n credential_process = x\ncredential_process=/b/x p\r\n",
                          "p", after, why),
                     KC_EXISTS);
}

static void test_aws_config_takes_words_that_need_no_quotes(void **state) {
    (void)state;
    static const char *const plain[] = {"p", "my-prod.1", "a@b+c=d,e:/f_g"};
    static const char *const others[] = {"",    "-p",       "a b", "a$b", "a'b", "a]b",
                                         "~/x", "\xc3\xbc", "a;b", "a#b", "a%b", "a\\b"};
    for (size_t i = 0; i < COUNT(plain); i++) {
        assert_true(aws_config_is_plain(plain[i]));
    }
    for (size_t i = 0; i < COUNT(others); i++) {
        assert_false(aws_config_is_plain(others[i]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aws_config_puts_the_line_into_the_profiles_section),
        cmocka_unit_test(test_aws_config_makes_a_section_at_the_end_where_there_is_none),
        cmocka_unit_test(test_aws_config_leaves_another_process_alone),
        cmocka_unit_test(test_aws_config_takes_words_that_need_no_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
