/* SPDX-License-Identifier: MIT */
/*
 * Attributes: sorted, each name once, within the limits.
 * links: libkc/attributes.c libkc/parse.c
 */
#include "libkc/attributes.h"

#include "libkc/protocol.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static void test_attributes_are_sorted_by_name(void **state) {
    (void)state;
    static const char *const names[] = {"b", "a", "c", "B", "aa"};
    static const char *const sorted[] = {"B", "a", "aa", "b", "c"};
    struct attributes attributes = {0};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(attributes_add(&attributes, names[i], names[i]), KC_OK);
    }
    assert_int_equal(attributes.count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(attributes.items[i].name, sorted[i]);
        assert_string_equal(attributes_get(&attributes, sorted[i]), sorted[i]);
    }
    assert_null(attributes_get(&attributes, "d"));
    assert_int_equal(attributes_size(&attributes), 12);
    attributes_clear(&attributes);
    assert_int_equal(attributes.count, 0);
}

static void test_attributes_take_a_name_once(void **state) {
    (void)state;
    struct attributes attributes = {0};
    assert_int_equal(attributes_add(&attributes, "a", "1"), KC_OK);
    assert_int_equal(attributes_add(&attributes, "a", "2"), KC_EXISTS);
    assert_string_equal(attributes_get(&attributes, "a"), "1");
    attributes_clear(&attributes);
}

static void test_attributes_keep_the_limits(void **state) {
    (void)state;
    struct attributes attributes = {0};
    char long_text[KC_ATTRIBUTE_VALUE_MAX + 2];
    memset(long_text, 'x', sizeof long_text);
    long_text[KC_ATTRIBUTE_VALUE_MAX + 1] = '\0';
    assert_int_equal(attributes_add(&attributes, "v", long_text), KC_TOO_BIG);
    assert_int_equal(attributes_add(&attributes, "v", long_text + 1), KC_OK);
    const char *name = long_text + KC_ATTRIBUTE_VALUE_MAX + 1 - KC_ATTRIBUTE_NAME_MAX;
    assert_int_equal(attributes_add(&attributes, name - 1, ""), KC_TOO_BIG);
    assert_int_equal(attributes_add(&attributes, name, ""), KC_OK);
    assert_int_equal(attributes_add(&attributes, "", "x"), KC_INVALID);
    assert_int_equal(attributes_add(&attributes, "a\n", "x"), KC_INVALID);
    assert_int_equal(attributes_add(&attributes, "a", "\xff"), KC_INVALID);
    for (size_t i = attributes.count; i < KC_ATTRIBUTES_MAX; i++) {
        char number[16];
        (void)snprintf(number, sizeof number, "%zu", i);
        assert_int_equal(attributes_add(&attributes, number, "two\nlines"), KC_OK);
    }
    assert_int_equal(attributes_add(&attributes, "one more", ""), KC_TOO_BIG);
    assert_int_equal(attributes.count, KC_ATTRIBUTES_MAX);
    attributes_clear(&attributes);
}

static void test_attributes_match_when_every_pair_is_there(void **state) {
    (void)state;
    struct attributes item = {0};
    struct attributes filter = {0};
    assert_int_equal(attributes_add(&item, "a", "1"), KC_OK);
    assert_int_equal(attributes_add(&item, "b", "2"), KC_OK);
    assert_true(attributes_match(&item, &filter));
    assert_int_equal(attributes_add(&filter, "b", "2"), KC_OK);
    assert_true(attributes_match(&item, &filter));
    assert_false(attributes_match(&filter, &item));
    assert_int_equal(attributes_add(&filter, "a", "x"), KC_OK);
    assert_false(attributes_match(&item, &filter));
    attributes_clear(&item);
    attributes_clear(&filter);
}

static void test_attributes_copy_stands_alone(void **state) {
    (void)state;
    struct attributes item = {0};
    struct attributes copy = {0};
    assert_int_equal(attributes_add(&item, "a", "1"), KC_OK);
    assert_int_equal(attributes_add(&item, "b", "2"), KC_OK);
    assert_int_equal(attributes_copy(&item, &copy), KC_OK);
    attributes_clear(&item);
    assert_int_equal(copy.count, 2);
    assert_string_equal(attributes_get(&copy, "b"), "2");
    attributes_clear(&copy);
    attributes_clear(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attributes_are_sorted_by_name),
        cmocka_unit_test(test_attributes_take_a_name_once),
        cmocka_unit_test(test_attributes_keep_the_limits),
        cmocka_unit_test(test_attributes_match_when_every_pair_is_there),
        cmocka_unit_test(test_attributes_copy_stands_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
