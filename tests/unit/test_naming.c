/* SPDX-License-Identifier: MIT */
/*
 * Items of the Secret Service get a service and a target, and targets are read back.
 * links: kc_static
 */
#include "libkc/naming.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

/* Names and values, in any order; then what comes of them. */
static const struct {
    const char *attributes[9];
    const char *label;
    unsigned twin;
    const char *service;
    const char *target;
} items[] = {
    {{"user", "bob", "server", "github.com", "protocol", "https"},
     "",
     1,
     NAMING_GENERIC,
     "protocol=https&server=github.com&user=bob"},
    {{"a", "1", "xdg:schema", "org.git.Password"}, "", 1, "org.git.Password", "a=1"},
    {{"a", "1"}, "a label", 2, NAMING_GENERIC, "a=1#2"},
    {{"a", ""}, "", 1, NAMING_GENERIC, "a="},
    {{"a b", "%&=#\t\x7f"}, "", 1, NAMING_GENERIC, "a%20b=%25%26%3D%23%09%7F"},
    {{"a", "\xc2\x85"}, "", 1, NAMING_GENERIC, "a=%C2%85"},
    {{"a", "\xc3\xa4/:+"}, "", 1, NAMING_GENERIC, "a=\xc3\xa4/:+"},
    {{NULL}, "my label", 1, NAMING_GENERIC, "kc:label=my%20label"},
    {{"xdg:schema", "s"}, "", 3, "s", "kc:label=#3"},
    {{"a", "1", "kc:label", "ours", "kc:collection", "work"}, "ours", 1, NAMING_GENERIC, "a=1"},
};

static struct attributes read_pairs(const char *const *pairs) {
    struct attributes attributes = {0};
    for (size_t i = 0; pairs[i] != NULL; i += 2) {
        assert_int_equal(attributes_add(&attributes, pairs[i], pairs[i + 1]), KC_OK);
    }
    return attributes;
}

static void test_naming_gives_service_and_target(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        char target[KC_TARGET_MAX + 1];
        struct attributes attributes = read_pairs(items[i].attributes);
        assert_string_equal(naming_service(&attributes), items[i].service);
        assert_int_equal(naming_target(&attributes, items[i].label, items[i].twin, target), KC_OK);
        assert_string_equal(target, items[i].target);
        attributes_clear(&attributes);
    }
}

static void test_naming_reads_its_targets_back(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        struct attributes read = {0};
        struct attributes wanted = read_pairs(items[i].attributes);
        unsigned twin = 0;
        size_t ours = 0;
        assert_int_equal(naming_read_target(items[i].target, &read, &twin), KC_OK);
        assert_int_equal(twin, items[i].twin);
        assert_true(attributes_match(&wanted, &read));
        for (size_t k = 0; k < wanted.count; k++) {
            ours += strncmp(wanted.items[k].name, "kc:", 3) == 0 ||
                    strcmp(wanted.items[k].name, NAMING_SCHEMA) == 0;
        }
        assert_int_equal(read.count, wanted.count - ours);
        attributes_clear(&read);
        attributes_clear(&wanted);
    }
}

static void test_naming_refuses_targets_of_other_forms(void **state) {
    static const char *const others[] = {
        "",      "a",      "prod-key", "=1",      "a=1&",    "&a=1",
        "a=1#1", "a=1#02", "a=1#",     "a=b=c",   "b=1&a=1", "a=%2",
        "a=%zz", "a=%41",  "a=%3d",    "a=1&a=2", "a=%00",   "kc:label=x&a=1",
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct attributes read = {0};
        unsigned twin = 7;
        if (naming_read_target(others[i], &read, &twin) != KC_INVALID) {
            fail_msg("\"%s\" was read", others[i]);
        }
        assert_int_equal(read.count, 0);
        assert_int_equal(twin, 7);
    }
}

static void test_naming_says_when_a_target_would_be_too_long(void **state) {
    char target[KC_TARGET_MAX + 1] = "untouched";
    char value[KC_TARGET_MAX + 1];
    struct attributes attributes = {0};
    (void)state;
    memset(value, 'x', sizeof value);
    value[KC_TARGET_MAX - 2] = '\0';
    assert_int_equal(attributes_add(&attributes, "a", value), KC_OK);
    assert_int_equal(naming_target(&attributes, "", 2, target), KC_TOO_BIG);
    assert_string_equal(target, "untouched");
    assert_int_equal(naming_target(&attributes, "", 1, target), KC_OK);
    assert_int_equal(strlen(target), KC_TARGET_MAX);
    attributes_clear(&attributes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_naming_gives_service_and_target),
        cmocka_unit_test(test_naming_reads_its_targets_back),
        cmocka_unit_test(test_naming_refuses_targets_of_other_forms),
        cmocka_unit_test(test_naming_says_when_a_target_would_be_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
