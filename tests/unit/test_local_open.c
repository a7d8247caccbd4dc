/* SPDX-License-Identifier: MIT */
/*
 * Names that somebody else chose: found when they are near, and never followed to where an answer
 * may take for ever.
 * links: platform tests/unit/temp_directory.c
 */
#define _GNU_SOURCE
#include "platform/linux/local_open.h"
#include "tests/unit/temp_directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef enum kc_error opener(const char *path, int *ret_place);

static enum kc_error walk(const char *path, int *ret_place) {
    return local_walk(AT_FDCWD, path, ret_place);
}

static void assert_finds(opener *open_it, const char *path) {
    struct stat expected;
    struct stat found;
    int place = -1;
    assert_int_equal(stat(path, &expected), 0);
    assert_int_equal(open_it(path, &place), KC_OK);
    assert_int_equal(fstat(place, &found), 0);
    assert_int_equal(found.st_ino, expected.st_ino);
    assert_int_equal(found.st_dev, expected.st_dev);
    assert_int_equal(close(place), 0);
}

static void assert_refuses(opener *open_it, const char *path, enum kc_error expected) {
    int place = -7;
    assert_int_equal(open_it(path, &place), expected);
    assert_int_equal(place, -7);
}

static void test_local_open_finds_files_and_directories(void **state) {
    char *directory = temp_directory_new();
    char *file = temp_path(directory, "file");
    (void)state;
    temp_file_write(file, "x", 1);
    for (int i = 0; i < 2; i++) {
        opener *open_it = i == 0 ? local_open : walk;
        assert_finds(open_it, "/");
        assert_finds(open_it, directory);
        assert_finds(open_it, file);
        char *gone = temp_path(directory, "gone");
        assert_refuses(open_it, gone, KC_NOT_FOUND);
        free(gone);
        char *below = temp_path(file, "below");
        assert_refuses(open_it, below, KC_NOT_FOUND);
        free(below);
    }
    free(file);
    temp_directory_remove(directory);
}

static void test_local_open_takes_odd_slashes(void **state) {
    (void)state;
    assert_finds(walk, "//etc///passwd");
    assert_finds(walk, "/etc/");
}

static void test_local_walk_follows_a_few_links(void **state) {
    char *directory = temp_directory_new();
    char *file = temp_path(directory, "file");
    char *inner = temp_path(directory, "inner");
    (void)state;
    temp_file_write(file, "x", 1);
    assert_int_equal(mkdir(inner, 0700), 0);
    int here = open(inner, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(here >= 0);
    assert_int_equal(symlinkat("../file", here, "near"), 0);
    assert_int_equal(symlinkat(file, here, "far"), 0);
    assert_int_equal(symlinkat("..", here, "up"), 0);
    assert_int_equal(symlinkat("loop", here, "loop"), 0);
    assert_int_equal(symlinkat("/proc/self/exe", here, "magic"), 0);
    const struct {
        const char *name;
        enum kc_error expected;
    } rows[] = {
        {"near", KC_OK},
        {"far", KC_OK},
        {"up/file", KC_OK},
        {"../file", KC_OK},
        {file, KC_OK},
        {"up/inner/up/file", KC_OK},
        {"loop", KC_UNSAFE},
        {"magic", KC_UNSAFE},
        {"near/x", KC_NOT_FOUND},
        {"gone", KC_NOT_FOUND},
        {"up/gone", KC_NOT_FOUND},
        {"", KC_NOT_FOUND},
        {"/proc/self/exe", KC_UNSAFE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct stat expected;
        struct stat found;
        int place = -7;
        assert_int_equal(local_walk(here, rows[i].name, &place), rows[i].expected);
        if (rows[i].expected != KC_OK) {
            assert_int_equal(place, -7);
            continue;
        }
        assert_int_equal(stat(file, &expected), 0);
        assert_int_equal(fstat(place, &found), 0);
        assert_int_equal(found.st_ino, expected.st_ino);
        assert_int_equal(close(place), 0);
        assert_int_equal(local_open_at(here, rows[i].name, &place), KC_OK);
        assert_int_equal(close(place), 0);
    }
    assert_int_equal(close(here), 0);
    free(inner);
    free(file);
    temp_directory_remove(directory);
}

static void test_local_walk_enters_no_mount_that_is_not_local(void **state) {
    (void)state;
    assert_refuses(walk, "/proc/self/status", KC_UNSAFE);
    assert_refuses(walk, "/proc/self/fd/0", KC_UNSAFE);
}

static void test_local_open_wants_an_absolute_path(void **state) {
    (void)state;
    assert_refuses(local_open, "etc/passwd", KC_UNSAFE);
    assert_refuses(local_open, "", KC_UNSAFE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_local_open_finds_files_and_directories),
        cmocka_unit_test(test_local_open_takes_odd_slashes),
        cmocka_unit_test(test_local_walk_follows_a_few_links),
        cmocka_unit_test(test_local_walk_enters_no_mount_that_is_not_local),
        cmocka_unit_test(test_local_open_wants_an_absolute_path),
    };
    return cmocka_run_group_tests_name("local_open", tests, NULL, NULL);
}
