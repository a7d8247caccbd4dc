/* SPDX-License-Identifier: MIT */
/*
 * The names of git's logins: one spelling for each, none for two, and the list of who has one.
 * links: libkc/login.c libkc/parse.c platform
 */
#include "libkc/login.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static void test_login_writes_each_part_so_that_it_cannot_pass_for_another(void **state) {
    (void)state;
    static const struct {
        struct login login;
        const char *expected;
    } rows[] = {
        {{"https", "github.com", "bob", NULL}, "https://bob@github.com"},
        {{"https", "github.com", NULL, NULL}, "https://@github.com"},
        {{"https", "github.com", "", ""}, "https://@github.com"},
        {{"https", "h:8080", "bob@x/y:z", "a b/c.git"},
         "https://bob%40x%2Fy%3Az@h:8080/a%20b/c.git"},
        {{"https", "[::1]:80", "u", "@evil"}, "https://u@[::1]:80/%40evil"},
        {{"https", "a/b@c", "u", NULL}, "https://u@a%2Fb%40c"},
        {{"https", "h", "*?%", NULL}, "https://%2A%3F%25@h"},
        {{"cert", "", "", "/etc/key.pem"}, "cert://@//etc/key.pem"},
        {{"git+ssh", "h", "\xc3\xbc", NULL}, "git+ssh://%C3%BC@h"},
        {{"a:b", "h", "u", NULL}, "a%3Ab://u@h"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char target[KC_TARGET_MAX + 1];
        assert_int_equal(login_write_target(&rows[i].login, target), KC_OK);
        assert_string_equal(target, rows[i].expected);
    }
}

static void test_login_refuses_what_is_no_text_and_what_is_too_long(void **state) {
    (void)state;
    static const struct login bad[] = {{"", "h", "u", NULL},
                                       {"https", "h\n", "u", NULL},
                                       {"https", "h", "\xff", NULL},
                                       {"https", "h", "u", "\x7f"},
                                       {"ht\rtps", "h", "u", NULL}};
    char target[KC_TARGET_MAX + 1] = "as before";
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(login_write_target(&bad[i], target), KC_INVALID);
    }
    char host[KC_TARGET_MAX + 1];
    memset(host, 'h', sizeof host);
    host[KC_TARGET_MAX - strlen("https://u@")] = '\0';
    struct login login = {"https", host, "u", NULL};
    assert_int_equal(login_write_target(&login, target), KC_OK);
    assert_int_equal(strlen(target), KC_TARGET_MAX);
    login.username = "uu";
    assert_int_equal(login_write_target(&login, target), KC_TOO_BIG);
    assert_int_equal(strlen(target), KC_TARGET_MAX);
}

static void test_login_lists_names_in_the_order_in_which_they_came(void **state) {
    (void)state;
    char names[LOGIN_NAMES_SIZE] = "";
    char found[KC_TARGET_MAX + 1];
    static const char *const given[] = {"bob", "a b", "%", "\xc3\xbc"};
    for (size_t i = 0; i < COUNT(given); i++) {
        assert_int_equal(login_names_add(names, given[i]), KC_OK);
        assert_int_equal(login_names_add(names, given[i]), KC_EXISTS);
    }
    assert_string_equal(names, "bob a%20b %25 %C3%BC");
    const char *cursor = names;
    for (size_t i = 0; i < COUNT(given); i++) {
        assert_true(login_names_next(&cursor, found));
        assert_string_equal(found, given[i]);
    }
    assert_false(login_names_next(&cursor, found));
}

static void test_login_takes_a_name_out_wherever_it_stands(void **state) {
    (void)state;
    static const char *const rows[][3] = {
        {"a b c", "a", "b c"}, {"a b c", "b", "a c"}, {"a b c", "c", "a b"}, {"a", "a", ""},
        {"a%20b", "a b", ""},  {"ab", "a", NULL},     {"", "a", NULL}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char names[LOGIN_NAMES_SIZE];
        (void)snprintf(names, sizeof names, "%s", rows[i][0]);
        assert_int_equal(login_names_remove(names, rows[i][1]), rows[i][2] != NULL);
        assert_string_equal(names, rows[i][2] != NULL ? rows[i][2] : rows[i][0]);
    }
}

static void test_login_passes_over_names_that_it_did_not_write(void **state) {
    (void)state;
    char found[KC_TARGET_MAX + 1];
    const char *cursor = "%zz %0A % %4 %ff  bob";
    assert_true(login_names_next(&cursor, found));
    assert_string_equal(found, "bob");
    assert_false(login_names_next(&cursor, found));
}

static void test_login_adds_no_name_that_has_no_room(void **state) {
    (void)state;
    char names[LOGIN_NAMES_SIZE] = "";
    char name[16];
    size_t count = 0;
    enum kc_error error = KC_OK;
    while (error == KC_OK) {
        (void)snprintf(name, sizeof name, "name-%06zu", count);
        error = login_names_add(names, name);
        count += error == KC_OK;
    }
    assert_int_equal(error, KC_TOO_BIG);
    assert_int_equal(count, (LOGIN_NAMES_SIZE - 1 + 1) / 12);
    assert_int_equal(strlen(names), count * 12 - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_login_writes_each_part_so_that_it_cannot_pass_for_another),
        cmocka_unit_test(test_login_refuses_what_is_no_text_and_what_is_too_long),
        cmocka_unit_test(test_login_lists_names_in_the_order_in_which_they_came),
        cmocka_unit_test(test_login_takes_a_name_out_wherever_it_stands),
        cmocka_unit_test(test_login_passes_over_names_that_it_did_not_write),
        cmocka_unit_test(test_login_adds_no_name_that_has_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
