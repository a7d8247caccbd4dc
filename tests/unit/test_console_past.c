/* SPDX-License-Identifier: MIT */
/*
 * The console's history on disk: what is read of a file that anything may stand in, and what is
 * written to it.
 * links: shell/console/past.c libkc/parse.c libkc/parse_escape.c
 * links: tests/unit/temp_directory.c platform
 */
#define _GNU_SOURCE
#include "shell/console/past.h"
#include "tests/unit/temp_directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SIZE 256

/* past_open() calls a plain function. */
static char seen[SIZE];

static int set_up(void **state) {
    *state = temp_directory_new();
    seen[0] = '\0';
    return 0;
}

static int tear_down(void **state) {
    temp_directory_remove(*state);
    return 0;
}

static void see(const char *line) {
    size_t at = strlen(seen);
    (void)snprintf(seen + at, sizeof seen - at, "[%s]", line);
}

static void write_file(const char *path, const char *bytes, size_t length, mode_t mode) {
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void test_past_is_made_private_and_kept(void **state) {
    KC_AUTO(past) past = NULL;
    KC_AUTO(past) again = NULL;
    char path[SIZE];
    struct stat status;
    (void)snprintf(path, sizeof path, "%s/sub/history", (const char *)*state);
    assert_int_equal(past_open(path, see, &past), KC_OK);
    assert_int_equal(past_keep(past, "list"), KC_OK);
    assert_int_equal(past_keep(past, "search 'a b'"), KC_OK);
    assert_int_equal(past_keep(NULL, "nowhere"), KC_OK);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_string_equal(seen, "");
    assert_int_equal(past_open(path, see, &again), KC_OK);
    assert_string_equal(seen, "[list][search 'a b']");
}

static void test_past_passes_over_what_is_no_line(void **state) {
    KC_AUTO(past) past = NULL;
    char path[SIZE];
    static const char bytes[] = "one\n\ntw\x1b[2Jo\nth\0ree\nf\xff\nlast\nhalf a li";
    (void)snprintf(path, sizeof path, "%s/odd", (const char *)*state);
    write_file(path, bytes, sizeof bytes - 1, 0600);
    assert_int_equal(past_open(path, see, &past), KC_OK);
    assert_string_equal(seen, "[one][last]");
}

static void test_past_that_others_may_read_is_not_used(void **state) {
    struct past *past = NULL;
    char path[SIZE];
    (void)snprintf(path, sizeof path, "%s/open", (const char *)*state);
    write_file(path, "one\n", 4, 0644);
    assert_int_equal(past_open(path, see, &past), KC_UNSAFE);
    assert_null(past);
    assert_string_equal(seen, "");
}

static void test_past_is_cut_to_its_last_lines(void **state) {
    KC_AUTO(past) past = NULL;
    char path[SIZE];
    static char bytes[2 * (PAST_LINES + 7)];
    for (size_t i = 0; i < sizeof bytes; i += 2) {
        bytes[i] = i < (size_t)2 * 7 ? 'a' : 'b';
        bytes[i + 1] = '\n';
    }
    (void)snprintf(path, sizeof path, "%s/long", (const char *)*state);
    write_file(path, bytes, sizeof bytes, 0600);
    struct stat status;
    assert_int_equal(past_open(path, see, &past), KC_OK);
    assert_memory_equal(seen, "[b][b]", 6);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, 2 * PAST_LINES);
    assert_int_equal(status.st_mode & 0777, 0600);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_past_is_made_private_and_kept),
        CASE(test_past_passes_over_what_is_no_line),
        CASE(test_past_that_others_may_read_is_not_used),
        CASE(test_past_is_cut_to_its_last_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
