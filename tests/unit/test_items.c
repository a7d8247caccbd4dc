/* SPDX-License-Identifier: MIT */
/*
 * The sorted set and its undo log, without any store around it.
 *
 * links: daemon/store/items.c libkc/attributes.c libkc/parse.c
 */
#include "daemon/store/items.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(struct items *items, const char *service, const char *target, int mark) {
    struct item *item = NULL;
    assert_int_equal(item_new(service, target, &(struct attributes){0}, &item), KC_OK);
    item->sealed = malloc(1);
    assert_non_null(item->sealed);
    item->sealed[0] = (unsigned char)mark;
    item->sealed_length = 1;
    assert_int_equal(items_put(items, &item), KC_OK);
    assert_null(item);
}

/* All items as "service/target=mark ", to be compared and freed. */
static char *show(const struct items *items) {
    size_t size = items_count(items) * 64 + 1;
    char *text = calloc(1, size);
    assert_non_null(text);
    size_t used = 0;
    for (size_t i = 0; i < items_count(items); i++) {
        const struct item *item = items_at(items, i);
        used += (size_t)snprintf(text + used, size - used, "%s/%s=%d ", item->service, item->target,
                                 item->sealed[0]);
        assert_true(used < size);
    }
    return text;
}

static void assert_shows(const struct items *items, const char *expected) {
    char *text = show(items);
    assert_string_equal(text, expected);
    free(text);
}

static int set_up(void **state) {
    struct items *items = NULL;
    assert_int_equal(items_new(&items), KC_OK);
    *state = items;
    return 0;
}

static int tear_down(void **state) {
    items_free(*state);
    return 0;
}

static void test_items_stand_in_bytewise_order(void **state) {
    struct items *items = *state;
    put(items, "b", "a", 1);
    put(items, "a", "z", 2);
    put(items, "a", "\xc3\xa9", 3); /* behind all of ASCII, though a signed char is below */
    put(items, "a", "Z", 4);
    put(items, "a", "za", 5);
    put(items, "aa", "a", 6);
    assert_shows(items, "a/Z=4 a/z=2 a/za=5 a/\xc3\xa9=3 aa/a=6 b/a=1 ");
}

static void test_items_find_by_both_names(void **state) {
    struct items *items = *state;
    put(items, "a", "b:c", 1);
    put(items, "a:b", "c", 2);
    assert_int_equal(items_find(items, "a", "b:c")->sealed[0], 1);
    assert_int_equal(items_find(items, "a:b", "c")->sealed[0], 2);
    assert_null(items_find(items, "a", "c"));
    assert_null(items_find(items, "a:b:c", ""));
    assert_null(items_find(items, "", ""));
}

static void test_items_lower_bound_is_the_first_not_before(void **state) {
    struct items *items = *state;
    assert_int_equal(items_lower_bound(items, "a", "a"), 0);
    put(items, "b", "b", 1);
    put(items, "b", "d", 2);
    static const struct {
        const char *service;
        const char *target;
        size_t expected;
    } cases[] = {{"a", "z", 0}, {"b", "", 0},  {"b", "b", 0}, {"b", "c", 1},
                 {"b", "d", 1}, {"b", "e", 2}, {"c", "", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(items_lower_bound(items, cases[i].service, cases[i].target),
                         cases[i].expected);
    }
}

static void test_items_put_replaces_the_same_names(void **state) {
    struct items *items = *state;
    put(items, "a", "b", 1);
    put(items, "a", "b", 2);
    assert_shows(items, "a/b=2 ");
}

static void test_items_remove_answers_not_found(void **state) {
    struct items *items = *state;
    put(items, "a", "b", 1);
    assert_int_equal(items_remove(items, "a", "c"), KC_NOT_FOUND);
    assert_int_equal(items_remove(items, "a", "b"), KC_OK);
    assert_int_equal(items_remove(items, "a", "b"), KC_NOT_FOUND);
    assert_int_equal(items_count(items), 0);
}

static void test_items_undo_goes_back_to_the_mark(void **state) {
    struct items *items = *state;
    put(items, "a", "1", 1);
    put(items, "a", "2", 2);
    size_t first = items_mark(items);
    put(items, "a", "1", 3);                                /* replaced */
    assert_int_equal(items_remove(items, "a", "2"), KC_OK); /* removed */
    size_t second = items_mark(items);
    put(items, "a", "0", 4); /* new */
    put(items, "a", "2", 5); /* back again */
    put(items, "a", "2", 6); /* and replaced */
    items_undo(items, second);
    assert_shows(items, "a/1=3 ");
    items_undo(items, first);
    assert_shows(items, "a/1=1 a/2=2 ");
    items_undo(items, 0);
    assert_shows(items, "");
}

static void test_items_settle_keeps_the_changes(void **state) {
    struct items *items = *state;
    put(items, "a", "1", 1);
    put(items, "a", "1", 2);
    items_settle(items);
    assert_int_equal(items_mark(items), 0);
    items_undo(items, 0);
    assert_shows(items, "a/1=2 ");
}

/* The same sequence on every run; quality doesn't matter here. */
static unsigned next_random(unsigned *seed) {
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16 & 0x7fff;
}

static void change_at_random(struct items *items, unsigned *seed) {
    char target[16];
    snprintf(target, sizeof target, "%u", next_random(seed) % 40);
    if (next_random(seed) % 3 == 0) {
        enum kc_error error = items_remove(items, "s", target);
        assert_true(error == KC_OK || error == KC_NOT_FOUND);
    } else {
        put(items, "s", target, (int)(next_random(seed) % 100));
    }
}

static void test_items_undo_any_sequence_of_changes(void **state) {
    struct items *items = *state;
    unsigned seed = 1;
    for (int round = 0; round < 300; round++) {
        char *before = show(items);
        size_t mark = items_mark(items);
        for (unsigned i = next_random(&seed) % 60; i > 0; i--) {
            change_at_random(items, &seed);
        }
        if (round % 2 == 0) {
            items_undo(items, mark);
            assert_shows(items, before);
        } else if (round % 5 == 0) {
            items_settle(items);
        }
        free(before);
    }
    assert_true(items_count(items) > 0);
}

static enum kc_error collect(const struct item *item, void *context) {
    char *text = context;
    size_t used = strlen(text);
    snprintf(text + used, 64 - used, "%s ", item->target);
    return strcmp(item->target, "stop") == 0 ? KC_AGAIN : KC_OK;
}

static void test_items_list_visits_the_prefix_in_order(void **state) {
    struct items *items = *state;
    static const char *const targets[] = {"b", "prod", "prod-2", "prod-1", "pro", "proe", "stop"};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        put(items, "s", targets[i], 0);
    }
    put(items, "sa", "prod-9", 0);
    put(items, "r", "prod-8", 0);
    static const struct {
        const char *service;
        const char *prefix;
        const char *visited;
        enum kc_error expected;
    } cases[] = {
        {"s", "prod", "prod prod-1 prod-2 ", KC_OK},
        {"s", "prod-", "prod-1 prod-2 ", KC_OK},
        {"s", "", "b pro prod prod-1 prod-2 proe stop ", KC_AGAIN},
        {"s", "x", "", KC_OK},
        {"sa", "", "prod-9 ", KC_OK},
        {"t", "", "", KC_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char visited[64] = "";
        assert_int_equal(items_list(items, cases[i].service, cases[i].prefix, collect, visited),
                         cases[i].expected);
        assert_string_equal(visited, cases[i].visited);
    }
}

static void test_items_free_accepts_nothing(void **state) {
    (void)state;
    items_free(NULL);
    item_free(NULL);
    item_free(calloc(1, sizeof(struct item)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_items_stand_in_bytewise_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_items_find_by_both_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_items_lower_bound_is_the_first_not_before, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_items_put_replaces_the_same_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_items_remove_answers_not_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_items_undo_goes_back_to_the_mark, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_items_settle_keeps_the_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_items_undo_any_sequence_of_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_items_list_visits_the_prefix_in_order, set_up,
                                        tear_down),
        cmocka_unit_test(test_items_free_accepts_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
