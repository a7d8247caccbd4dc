/* SPDX-License-Identifier: MIT */
/*
 * A program that we run and talk to, and a line from a descriptor.
 *
 * links: platform
 */
#include "platform/child.h"

#include "platform/input.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_child_reads_what_it_is_written_and_answers(void **state) {
    (void)state;
    static const char *const arguments[] = {"cat", NULL};
    KC_AUTO(child) child = NULL;
    char buffer[16];
    size_t length = 0;
    assert_int_equal(child_start("/bin/cat", arguments, &child), KC_OK);
    assert_int_equal(child_write(child, "hello", 5, 5000), KC_OK);
    assert_int_equal(child_read(child, buffer, sizeof buffer, 5000, &length), KC_OK);
    assert_int_equal(length, 5);
    assert_memory_equal(buffer, "hello", 5);
    assert_int_equal(child_read(child, buffer, sizeof buffer, 50, &length), KC_TIMEOUT);
}

static void test_child_that_ends_is_told(void **state) {
    (void)state;
    static const char *const arguments[] = {"true", NULL};
    KC_AUTO(child) child = NULL;
    char buffer[16];
    char much[1 << 17];
    size_t length = 0;
    memset(much, 'x', sizeof much);
    assert_int_equal(child_start("/bin/true", arguments, &child), KC_OK);
    assert_int_equal(child_read(child, buffer, sizeof buffer, 5000, &length), KC_END);
    assert_int_equal(child_write(child, much, sizeof much, 5000), KC_END);
}

static void test_child_that_does_not_read_is_waited_for_so_long(void **state) {
    (void)state;
    static const char *const arguments[] = {"sleep", "60", NULL};
    KC_AUTO(child) child = NULL;
    char much[1 << 17];
    memset(much, 'x', sizeof much);
    assert_int_equal(child_start("/bin/sleep", arguments, &child), KC_OK);
    assert_int_equal(child_write(child, much, sizeof much, 50), KC_TIMEOUT);
    child_free(child);
    child = NULL;
    /* It is gone, and nobody's zombie. */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void test_child_that_is_not_there_is_not_found(void **state) {
    (void)state;
    static const char *const arguments[] = {"x", NULL};
    struct child *child = NULL;
    assert_int_equal(child_start("/nowhere/x", arguments, &child), KC_NOT_FOUND);
    assert_int_equal(child_start("/etc/passwd", arguments, &child), KC_NOT_FOUND);
    assert_null(child);
}

static void test_input_takes_a_line_and_not_a_byte_more(void **state) {
    (void)state;
    int ends[2];
    char buffer[8];
    size_t length = 0;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "one\n\ntoo long for it\nlast", 25), 25);
    assert_int_equal(close(ends[1]), 0);
    unsigned from = (unsigned)ends[0];
    assert_int_equal(input_read_line(from, buffer, sizeof buffer, &length), KC_OK);
    assert_int_equal(length, 3);
    assert_memory_equal(buffer, "one", 3);
    assert_int_equal(input_read_line(from, buffer, sizeof buffer, &length), KC_OK);
    assert_int_equal(length, 0);
    assert_int_equal(input_read_line(from, buffer, sizeof buffer, &length), KC_TOO_BIG);
    assert_int_equal(buffer[0], '\0');
    char rest[32];
    assert_int_equal(input_read_line(from, rest, sizeof rest, &length), KC_OK);
    assert_int_equal(input_read_line(from, rest, sizeof rest, &length), KC_OK);
    assert_memory_equal(rest, "last", 4);
    assert_int_equal(input_read_line(from, rest, sizeof rest, &length), KC_END);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(input_read_line(from, rest, sizeof rest, &length), KC_INVALID);
    assert_int_equal(input_read_line(UINT32_MAX, rest, sizeof rest, &length), KC_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_child_reads_what_it_is_written_and_answers),
        cmocka_unit_test(test_child_that_ends_is_told),
        cmocka_unit_test(test_child_that_does_not_read_is_waited_for_so_long),
        cmocka_unit_test(test_child_that_is_not_there_is_not_found),
        cmocka_unit_test(test_input_takes_a_line_and_not_a_byte_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
