/* SPDX-License-Identifier: MIT */
/*
 * References in text: where they begin and end, and what is none.
 *
 * links: kcget/refs.c libkc/parse.c libkc/parse_escape.c platform
 */
#include "kcget/refs.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

/* The first reference of `text` as "[what stands before]service|target[what follows]", "none", or
 * "wrong at N". */
static void describe(const char *text, char *ret_form, size_t size) {
    struct ref_place place = {0};
    char why[KC_MESSAGE_MAX] = "";
    switch (refs_next(text, strlen(text), 0, &place, why)) {
    case KC_OK:
        (void)snprintf(ret_form, size, "[%.*s]%s%s|%s[%s]", (int)place.start, text,
                       place.is_text ? "text" : "", place.ref.service, place.ref.target,
                       text + place.end);
        break;
    case KC_NOT_FOUND:
        (void)snprintf(ret_form, size, "none");
        break;
    default:
        assert_string_not_equal(why, "");
        (void)snprintf(ret_form, size, "wrong at %zu", place.start);
        break;
    }
}

static void check(const char *const rows[][2], size_t count) {
    for (size_t i = 0; i < count; i++) {
        char form[KC_SERVICE_MAX + KC_TARGET_MAX + 512];
        describe(rows[i][0], form, sizeof form);
        assert_string_equal(form, rows[i][1]);
    }
}

static void test_refs_end_where_the_text_around_them_begins(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"kc://aws/key", "[]aws|key[]"},
        {"a = \"kc://aws/key\"", "[a = \"]aws|key[\"]"},
        {"postgres://u:kc://db/pw@host/x", "[postgres://u:]db|pw[@host/x]"},
        {"x kc://aws/a/b/c, y", "[x ]aws|a/b/c[, y]"},
        {"kc://aws/a-b._~c\nmore", "[]aws|a-b._~c[\nmore]"},
        {"<v>kc://aws/key</v>", "[<v>]aws|key[</v>]"},
        {"kc://a%2Fb/c%20d%25", "[]a/b|c d%[]"},
        {"kc://aws/gr\303\274n", "[]aws|gr[\303\274n]"},
    };
    check(rows, sizeof rows / sizeof rows[0]);
}

static void test_refs_in_braces_hold_what_a_bare_one_cannot(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"{{kc://git/https://me@host}}", "[]git|https://me@host[]"},
        {"a{{ kc://git/a b\t}}c", "[a]git|a b[c]"},
        {"{{kc://aws/gr\303\274n}}", "[]aws|gr\303\274n[]"},
        {"{{kc://aws/a%7D%7D}}", "[]aws|a}}[]"},
        {"{{kc://}} is how", "[]text|[ is how]"},
        {"{{ kc:// }}", "[]text|[]"},
        {"{kc://aws/key}", "[{]aws|key[}]"},
        {"{{ other }} kc://aws/key", "[{{ other }} ]aws|key[]"},
    };
    check(rows, sizeof rows / sizeof rows[0]);
}

static void test_refs_are_not_found_in_what_is_none(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"", "none"},           {"kc:/aws/key", "none"},      {"mykc://aws/key", "none"},
        {"x.kc://a/b", "none"}, {"git+kc://aws/key", "none"}, {"mykc://kc://a/b", "[mykc://]a|b[]"},
    };
    check(rows, sizeof rows / sizeof rows[0]);
}

static void test_refs_that_were_meant_as_one_are_refused(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"kc://", "wrong at 0"},          {" kc://aws", "wrong at 1"},
        {"kc:///key", "wrong at 0"},      {"kc://aws/", "wrong at 0"},
        {"kc://aws/a%2", "wrong at 0"},   {"kc://aws/a%", "wrong at 0"},
        {"kc://aws/a%zz", "wrong at 0"},  {"kc://aws/a%0a", "wrong at 0"},
        {"kc://aws/%00", "wrong at 0"},   {"kc://aws/%ff", "wrong at 0"},
        {"a {{kc://aws/b", "wrong at 2"}, {"a {{kc://aws/b\n}}", "wrong at 2"},
        {"{{kc://aws}}", "wrong at 0"},
    };
    check(rows, sizeof rows / sizeof rows[0]);
}

static void test_refs_know_the_length_of_names(void **state) {
    (void)state;
    char text[2048];
    char why[KC_MESSAGE_MAX];
    struct ref ref;
    (void)snprintf(text, sizeof text, "%0*d/%0*d", KC_SERVICE_MAX, 1, KC_TARGET_MAX, 2);
    assert_int_equal(refs_parse(text, &ref, why), KC_OK);
    assert_int_equal(strlen(ref.service), KC_SERVICE_MAX);
    assert_int_equal(strlen(ref.target), KC_TARGET_MAX);
    (void)snprintf(text, sizeof text, "%0*d/b", KC_SERVICE_MAX + 1, 1);
    assert_int_equal(refs_parse(text, &ref, why), KC_INVALID);
    assert_non_null(strstr(why, "255 bytes"));
    (void)snprintf(text, sizeof text, "a/%0*d", KC_TARGET_MAX + 1, 1);
    assert_int_equal(refs_parse(text, &ref, why), KC_INVALID);
    assert_non_null(strstr(why, "1024 bytes"));
}

static void test_refs_on_a_command_line_are_plain_names_or_a_reference(void **state) {
    (void)state;
    struct ref ref;
    char why[KC_MESSAGE_MAX];
    assert_int_equal(refs_parse("git/https://me@host/a%20b c", &ref, why), KC_OK);
    assert_string_equal(ref.service, "git");
    assert_string_equal(ref.target, "https://me@host/a%20b c");
    assert_int_equal(refs_parse("kc://a%2fb/c%20d", &ref, why), KC_OK);
    assert_string_equal(ref.service, "a/b");
    assert_string_equal(ref.target, "c d");
    assert_int_equal(refs_parse("aws", &ref, why), KC_INVALID);
    assert_int_equal(refs_parse("/key", &ref, why), KC_INVALID);
    assert_int_equal(refs_parse("", &ref, why), KC_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refs_end_where_the_text_around_them_begins),
        cmocka_unit_test(test_refs_in_braces_hold_what_a_bare_one_cannot),
        cmocka_unit_test(test_refs_are_not_found_in_what_is_none),
        cmocka_unit_test(test_refs_that_were_meant_as_one_are_refused),
        cmocka_unit_test(test_refs_know_the_length_of_names),
        cmocka_unit_test(test_refs_on_a_command_line_are_plain_names_or_a_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
