/* SPDX-License-Identifier: MIT */
/*
 * The texts of proc(5) that tell what a process is: only the kernel's own form is read.
 * links: platform
 */
#include "platform/linux/process_internal.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#define TAIL             " 0 0 34816 0 0 0 0 0 0 0 0 0 0 0 0 0 0 4242 1 1\n"

#define TAIL_BEHIND_SEAT " 0 0 0 0 0 0 0 0 0 0 0 0 0 0 4242 1 1\n"

static void test_process_stat_is_read_behind_the_name(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum kc_error error;
        uint64_t parent;
        const char *name;
    } rows[] = {
        {"12 (name) S 34" TAIL, KC_OK, 34, "name"},
        {"12 (a) S 1 (b) R 34" TAIL, KC_OK, 34, "a) S 1 (b"},
        {"12 (a\n) Z 1) S 34" TAIL, KC_OK, 34, "a\n) Z 1"},
        {"12 () S 0" TAIL, KC_OK, 0, ""},
        {"12 (as long as may) S 0" TAIL, KC_OK, 0, "as long as may"},
        {"12 (longer than one may be) S 0" TAIL, KC_OK, 0, ""},
        {"12 (name) S -1" TAIL, KC_INVALID, 0, ""},
        {"12 (name) S  34" TAIL, KC_INVALID, 0, ""},
        {"12 (name)", KC_INVALID, 0, ""},
        {"12 (name) S 34 1 2 3", KC_INVALID, 0, ""},
        {"12 name) S 34" TAIL, KC_INVALID, 0, ""},
        {"12 )name( S 34" TAIL, KC_INVALID, 0, ""},
        {"12 name S 34" TAIL, KC_INVALID, 0, ""},
        {"", KC_INVALID, 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct process_stat stat = {0};
        bool is_read = rows[i].error == KC_OK;
        assert_int_equal(process_parse_stat(rows[i].text, &stat), rows[i].error);
        assert_int_equal(stat.parent, rows[i].parent);
        assert_int_equal(stat.start_time, is_read ? 4242 : 0);
        assert_int_equal(stat.terminal, is_read ? 34816 : 0);
        assert_string_equal(stat.name, rows[i].name);
    }
}

static void test_process_stat_takes_a_terminal_below_zero_for_none(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum kc_error error;
    } rows[] = {
        {"1 (a) S 2 0 0 -2147448832 0 0 0 0 0 0 0 0 0 0 0 0 0 0 7\n", KC_OK},
        {"1 (a) S 2 0 0 - 0 0 0 0 0 0 0 0 0 0 0 0 0 0 7\n", KC_INVALID},
        {"1 (a) S 2 0 0 x 0 0 0 0 0 0 0 0 0 0 0 0 0 0 7\n", KC_INVALID},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct process_stat stat = {.terminal = 5};
        assert_int_equal(process_parse_stat(rows[i].text, &stat), rows[i].error);
        assert_int_equal(stat.terminal, rows[i].error == KC_OK ? 0 : 5);
    }
}

static void test_process_users_are_read_strictly(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum kc_error error;
    } rows[] = {
        {"Name:\ta\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n", KC_OK},
        {"Name:\ta\nUid:\t1\t2\t3\n", KC_INVALID},
        {"Name:\ta\nUid:\t1\t2\t3\t4\t5\n", KC_INVALID},
        {"Name:\ta\nUid:\t1\t2\t\t4\n", KC_INVALID},
        {"Name:\ta\nUid:\t1\t2\t-3\t4\n", KC_INVALID},
        {"Name:\ta\nUid:\t1 2\t3\t4\n", KC_INVALID},
        {"Name:\ta\nUid:\t1\t2\t3\t4", KC_INVALID},
        {"Name:\ta\nUid:\t1\t2\t3\t4\nUid:\t1\t2\t3\t4\n", KC_INVALID},
        {"Name:\ta\nFSUid:\t1\t2\t3\t4\n", KC_INVALID},
        {"", KC_INVALID},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct process_users users = {{0}};
        assert_int_equal(process_parse_users(rows[i].text, &users), rows[i].error);
        for (size_t at = 0; at < PROCESS_USERS; at++) {
            assert_int_equal(users.numbers[at], rows[i].error == KC_OK ? at + 1 : 0);
        }
    }
}

static void test_process_stat_tells_the_seat(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t session;
        uint64_t terminal;
    } rows[] = {
        {"12 (bash) S 34 12 12 34816" TAIL_BEHIND_SEAT, 12, 34816},
        {"12 (cron) S 1 12 77 0" TAIL_BEHIND_SEAT, 77, 0},
        {"12 (gone) Z 1 -1 0 -5" TAIL_BEHIND_SEAT, 0, 0},
        {"12 (odd) S 1 12 -1 34816" TAIL_BEHIND_SEAT, 0, 34816},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct process_stat stat = {0};
        assert_int_equal(process_parse_stat(rows[i].text, &stat), KC_OK);
        assert_int_equal(stat.session, rows[i].session);
        assert_int_equal(stat.terminal, rows[i].terminal);
    }
}

static void test_process_status_is_read_strictly(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum kc_error error;
        uint64_t tracer;
        size_t numbers;
    } rows[] = {
        {"Name:\ta\nTracerPid:\t0\nNStgid:\t12\n", KC_OK, 0, 1},
        {"Name:\ta\nTracerPid:\t7\nNStgid:\t12\t1\n", KC_OK, 7, 2},
        {"Name:\ta\nTracerPid:\t0\n", KC_INVALID, 0, 0},
        {"Name:\ta\nNStgid:\t12\n", KC_INVALID, 0, 0},
        {"Name:\ta\nTracerPid:\t0\nTracerPid:\t0\nNStgid:\t12\n", KC_INVALID, 0, 0},
        {"Name:\ta\nTracerPid:\t\nNStgid:\t12\n", KC_INVALID, 0, 0},
        {"Name:\ta\nTracerPid:\t0x\nNStgid:\t12\n", KC_INVALID, 0, 0},
        {"Name:\ta\nTracerPid:\t0\nNStgid:\t12\t\n", KC_INVALID, 0, 0},
        {"", KC_INVALID, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct process_status status = {0, 0};
        assert_int_equal(process_parse_status(rows[i].text, &status), rows[i].error);
        assert_int_equal(status.tracer, rows[i].tracer);
        assert_int_equal(status.numbers, rows[i].numbers);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_process_stat_is_read_behind_the_name),
        cmocka_unit_test(test_process_stat_takes_a_terminal_below_zero_for_none),
        cmocka_unit_test(test_process_users_are_read_strictly),
        cmocka_unit_test(test_process_stat_tells_the_seat),
        cmocka_unit_test(test_process_status_is_read_strictly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
