/* SPDX-License-Identifier: MIT */
/*
 * Items, paths and grants, there and back.
 * links: libkcshim/map.c libkcshim/map_path.c kc_static
 */
#include "libkcshim/map.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static void add(struct attributes *attributes, const char *name, const char *value) {
    assert_int_equal(attributes_add(attributes, name, value), KC_OK);
}

static void test_map_keeps_everything_of_an_item(void **state) {
    struct map_item item = {.label = strdup("a label"),
                            .content_type = strdup("text/html"),
                            .collection = strdup("work"),
                            .created = 12,
                            .modified = 34};
    struct map_item back = {0};
    struct attributes stored = {0};
    (void)state;
    add(&item.attributes, "xdg:schema", "s");
    add(&item.attributes, "a", "1");
    assert_int_equal(map_item_write(&item, &stored), KC_OK);
    assert_string_equal(attributes_get(&stored, "kc:label"), "a label");
    assert_string_equal(attributes_get(&stored, "kc:created"), "12");
    assert_int_equal(map_item_read("s", "a=1", &stored, &back), KC_OK);
    assert_true(map_attributes_equal(&item.attributes, &back.attributes));
    assert_string_equal(back.label, "a label");
    assert_string_equal(back.content_type, "text/html");
    assert_string_equal(back.collection, "work");
    assert_int_equal(back.created, 12);
    assert_int_equal(back.modified, 34);
    attributes_clear(&stored);
    map_item_clear(&item);
    map_item_clear(&back);
}

static void test_map_leaves_out_what_goes_without_saying(void **state) {
    struct map_item item = {.label = strdup(""),
                            .content_type = strdup("text/plain"),
                            .collection = strdup(MAP_DEFAULT)};
    struct attributes stored = {0};
    (void)state;
    assert_int_equal(map_item_write(&item, &stored), KC_OK);
    assert_int_equal(stored.count, 0);
    map_item_clear(&item);
}

static void test_map_keeps_its_own_attributes_from_programs(void **state) {
    struct map_item item = {0};
    struct attributes stored = {0};
    (void)state;
    add(&item.attributes, "kc:collection", "elsewhere");
    assert_int_equal(map_item_write(&item, &stored), KC_INVALID);
    assert_int_equal(stored.count, 0);
    map_item_clear(&item);
}

static void test_map_reads_items_that_a_person_stored(void **state) {
    const struct attributes none = {0};
    struct map_item item = {0};
    (void)state;
    assert_int_equal(map_item_read("org.git.Password", "host=h&user=u", &none, &item), KC_OK);
    assert_string_equal(attributes_get(&item.attributes, "user"), "u");
    assert_string_equal(attributes_get(&item.attributes, "xdg:schema"), "org.git.Password");
    assert_string_equal(item.label, "host=h&user=u");
    map_item_clear(&item);
    assert_int_equal(map_item_read(NAMING_GENERIC, "prod-key", &none, &item), KC_OK);
    assert_int_equal(item.attributes.count, 0);
    assert_string_equal(item.collection, MAP_DEFAULT);
    map_item_clear(&item);
}

static void test_map_reads_a_target_of_as_many_attributes_as_there_may_be(void **state) {
    struct attributes named = {0};
    const struct attributes none = {0};
    struct map_item item = {0};
    char target[KC_TARGET_MAX + 1];
    (void)state;
    for (unsigned i = 0; i < KC_ATTRIBUTES_MAX; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "n%02u", i);
        add(&named, name, "");
    }
    assert_int_equal(naming_target(&named, "", 1, target), KC_OK);
    attributes_clear(&named);
    /* There is no room for the schema; but an item that can't be read would hide all others. */
    assert_int_equal(map_item_read("a.schema", target, &none, &item), KC_OK);
    assert_int_equal(item.attributes.count, KC_ATTRIBUTES_MAX);
    map_item_clear(&item);
}

static void test_map_equality_is_exact(void **state) {
    struct attributes one = {0};
    struct attributes other = {0};
    (void)state;
    add(&one, "a", "1");
    add(&other, "a", "1");
    assert_true(map_attributes_equal(&one, &other));
    add(&other, "b", "2");
    assert_false(map_attributes_equal(&one, &other));
    assert_false(map_attributes_equal(&other, &one));
    attributes_clear(&one);
    attributes_clear(&other);
}

static const struct {
    struct map_name name;
    const char *path;
} paths[] = {
    {{"login", "", ""}, "/org/freedesktop/secrets/collection/login"},
    {{"a b", "", ""}, "/org/freedesktop/secrets/collection/a_20b"},
    {{"login", "s", "a=1"}, "/org/freedesktop/secrets/collection/login/s__a_3d1"},
    {{"login", "a_b", "c__d"}, "/org/freedesktop/secrets/collection/login/a_5fb__c_5f_5fd"},
    {{"login", "a", "b/c\xc3\xa4"}, "/org/freedesktop/secrets/collection/login/a__b_2fc_c3_a4"},
};

static void test_map_paths_say_what_they_mean(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char path[MAP_PATH_SIZE];
        struct map_name name;
        assert_int_equal(map_path_write(&paths[i].name, path), KC_OK);
        assert_string_equal(path, paths[i].path);
        assert_int_equal(map_path_read(path, &name), KC_OK);
        assert_string_equal(name.collection, paths[i].name.collection);
        assert_string_equal(name.service, paths[i].name.service);
        assert_string_equal(name.target, paths[i].name.target);
    }
}

static void test_map_has_room_for_the_longest_path(void **state) {
    struct map_name name;
    struct map_name back;
    char path[MAP_PATH_SIZE];
    (void)state;
    memset(&name, '.', sizeof name);
    name.collection[KC_SERVICE_MAX] = '\0';
    name.service[KC_SERVICE_MAX] = '\0';
    name.target[KC_TARGET_MAX] = '\0';
    assert_int_equal(map_path_write(&name, path), KC_OK);
    assert_in_range(strlen(path), MAP_PATH_SIZE - 8, MAP_PATH_SIZE - 1);
    assert_int_equal(map_path_read(path, &back), KC_OK);
    assert_string_equal(back.target, name.target);
}

static void test_map_refuses_other_paths(void **state) {
    static const char *const others[] = {
        "/",
        "/org/freedesktop/secrets",
        MAP_COLLECTION,
        MAP_COLLECTION "a/",
        MAP_COLLECTION "a/b",
        MAP_COLLECTION "a/b__",
        MAP_COLLECTION "a/__c",
        MAP_COLLECTION "a/b__c__d",
        MAP_COLLECTION "a/b__c/d",
        MAP_COLLECTION "a_",
        MAP_COLLECTION "a_4",
        MAP_COLLECTION "a_41",
        MAP_COLLECTION "a_2F",
        MAP_COLLECTION "a_00",
        MAP_COLLECTION "a_ff",
        MAP_COLLECTION "a-b",
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct map_name name;
        if (map_path_read(others[i], &name) != KC_INVALID) {
            fail_msg("\"%s\" was read", others[i]);
        }
    }
}

static void test_map_scopes_are_what_grants_let_one_search(void **state) {
    static const struct {
        const char *grant;
        const char *service; /* NULL: nothing */
        const char *prefix;
    } grants[] = {
        {"aws", "aws", ""},
        {"aws/prod-*", "aws", "prod-"},
        {"aws/*", "aws", ""},
        {"a%2Fb%2C%25/x*", "a/b,%", "x"},
        {"s/service=mine&*", "s", "service=mine&"},
        {"aws/prod-key", NULL, NULL},
        {"aws/p?*", NULL, NULL},
        {"aws/a*b*", NULL, NULL},
        {"", NULL, NULL},
        {"/x*", NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof grants / sizeof grants[0]; i++) {
        struct map_scope scope;
        enum kc_error error = map_scope_read(grants[i].grant, &scope);
        assert_int_equal(error, grants[i].service != NULL ? KC_OK : KC_NOT_FOUND);
        if (error == KC_OK) {
            assert_string_equal(scope.service, grants[i].service);
            assert_string_equal(scope.prefix, grants[i].prefix);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map_keeps_everything_of_an_item),
        cmocka_unit_test(test_map_leaves_out_what_goes_without_saying),
        cmocka_unit_test(test_map_keeps_its_own_attributes_from_programs),
        cmocka_unit_test(test_map_reads_items_that_a_person_stored),
        cmocka_unit_test(test_map_reads_a_target_of_as_many_attributes_as_there_may_be),
        cmocka_unit_test(test_map_equality_is_exact),
        cmocka_unit_test(test_map_paths_say_what_they_mean),
        cmocka_unit_test(test_map_has_room_for_the_longest_path),
        cmocka_unit_test(test_map_refuses_other_paths),
        cmocka_unit_test(test_map_scopes_are_what_grants_let_one_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
