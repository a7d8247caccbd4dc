/* SPDX-License-Identifier: MIT */
/*
 * Private files: who may own them, what a reader gets, and what a crash or a full disk leaves.
 * links: tests/unit/temp_directory.c platform
 */
#define _GNU_SOURCE
#include "platform/file.h"
#include "tests/unit/temp_directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* One private directory and one name in it for each case. */
static int set_up(void **state) {
    return temp_place_new("file", state);
}

static void assert_content(const char *path, const char *expected) {
    size_t length = 0;
    char *bytes = temp_file_read(path, &length);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(bytes, expected, length);
    free(bytes);
}

static enum kc_error read_and_drop(const char *path, enum file_privacy privacy, size_t limit) {
    struct file_bytes bytes = {0};
    enum kc_error error = file_read(path, privacy, limit, &bytes);
    if (error != KC_OK) {
        assert_null(bytes.bytes);
    }
    file_bytes_clear(&bytes);
    return error;
}

static void test_file_reads_all_bytes_up_to_the_limit(void **state) {
    const struct temp_place *place = *state;
    temp_file_write(place->path, "he\0lo", 5);
    struct file_bytes bytes = {0};
    assert_int_equal(file_read(place->path, FILE_SECRET, 5, &bytes), KC_OK);
    assert_int_equal(bytes.length, 5);
    assert_memory_equal(bytes.bytes, "he\0lo", 6); /* a zero stands behind them */
    struct file_stamp now;
    assert_int_equal(file_stamp(place->path, &now), KC_OK);
    assert_true(file_stamp_equal(&now, &bytes.stamp));
    file_bytes_clear(&bytes);
    file_bytes_clear(&bytes);
    file_bytes_clear(NULL);
    assert_int_equal(read_and_drop(place->path, FILE_SECRET, 4), KC_TOO_BIG);
}

static void test_file_reads_an_empty_file(void **state) {
    const struct temp_place *place = *state;
    temp_file_write(place->path, "", 0);
    struct file_bytes bytes = {0};
    assert_int_equal(file_read(place->path, FILE_TRUSTED, 0, &bytes), KC_OK);
    assert_int_equal(bytes.length, 0);
    assert_true(bytes.capacity >= 1);
    assert_int_equal(bytes.bytes[0], 0);
    file_bytes_clear(&bytes);
}

static void test_file_reads_only_what_its_mode_keeps_private(void **state) {
    const struct temp_place *place = *state;
    static const struct {
        mode_t mode;
        enum kc_error trusted;
        enum kc_error secret;
    } rows[] = {
        {0600, KC_OK, KC_OK},         {0400, KC_OK, KC_OK},         {0700, KC_OK, KC_OK},
        {0644, KC_OK, KC_UNSAFE},     {0640, KC_OK, KC_UNSAFE},     {0601, KC_OK, KC_UNSAFE},
        {0620, KC_UNSAFE, KC_UNSAFE}, {0602, KC_UNSAFE, KC_UNSAFE}, {0666, KC_UNSAFE, KC_UNSAFE},
    };
    temp_file_write(place->path, "x", 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(chmod(place->path, rows[i].mode), 0);
        assert_int_equal(read_and_drop(place->path, FILE_TRUSTED, 9), rows[i].trusted);
        assert_int_equal(read_and_drop(place->path, FILE_SECRET, 9), rows[i].secret);
    }
}

static void test_file_refuses_what_is_not_a_regular_file(void **state) {
    const struct temp_place *place = *state;
    char *link = temp_path(place->directory, "link");
    char *pipe_path = temp_path(place->directory, "pipe");
    temp_file_write(place->path, "x", 1);
    assert_int_equal(symlink(place->path, link), 0);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    assert_int_equal(read_and_drop(link, FILE_TRUSTED, 9), KC_UNSAFE);
    assert_int_equal(read_and_drop(pipe_path, FILE_TRUSTED, 9), KC_UNSAFE);
    assert_int_equal(read_and_drop(place->directory, FILE_TRUSTED, 9), KC_UNSAFE);
    assert_int_equal(read_and_drop("/dev/null", FILE_TRUSTED, 9), KC_UNSAFE);
    free(link);
    free(pipe_path);
}

static void test_file_tells_when_there_is_none(void **state) {
    const struct temp_place *place = *state;
    static const struct file_stamp none;
    struct file_stamp stamp = {{1}};
    assert_int_equal(read_and_drop(place->path, FILE_TRUSTED, 9), KC_NOT_FOUND);
    assert_int_equal(file_stamp(place->path, &stamp), KC_OK);
    assert_true(file_stamp_equal(&stamp, &none));
}

static void test_file_refuses_another_owner(void **state) {
    const struct temp_place *place = *state;
    if (geteuid() != 0) {
        assert_int_equal(read_and_drop("/etc/passwd", FILE_SECRET, 1 << 20), KC_UNSAFE);
        return;
    }
    temp_file_write(place->path, "x", 1);
    assert_int_equal(chown(place->path, 65534, 65534), 0);
    assert_int_equal(read_and_drop(place->path, FILE_TRUSTED, 9), KC_UNSAFE);
    assert_int_equal(read_and_drop(place->path, FILE_SECRET, 9), KC_UNSAFE);
    struct file_log *log = NULL;
    struct file_lock *lock = NULL;
    assert_int_equal(file_log_open(place->path, &log), KC_UNSAFE);
    assert_int_equal(file_lock(place->path, 0, &lock), KC_UNSAFE);
}

static void test_file_stamp_changes_with_the_file(void **state) {
    const struct temp_place *place = *state;
    struct file_stamp before;
    struct file_stamp after;
    temp_file_write(place->path, "x", 1);
    assert_int_equal(file_stamp(place->path, &before), KC_OK);
    assert_int_equal(file_stamp(place->path, &after), KC_OK);
    assert_true(file_stamp_equal(&before, &after));
    temp_file_write(place->path, "xy", 2);
    assert_int_equal(file_stamp(place->path, &after), KC_OK);
    assert_false(file_stamp_equal(&before, &after));
}

static void test_file_replace_writes_all_pieces_in_order(void **state) {
    const struct temp_place *place = *state;
    static const struct file_piece pieces[] = {{"one ", 4}, {"", 0}, {"two", 3}};
    temp_file_write(place->path, "old", 3);
    struct file_replacement *replacement = NULL;
    assert_int_equal(file_replace_prepare(place->path, pieces, 3, &replacement), KC_OK);
    assert_content(place->path, "old");
    assert_int_equal(temp_directory_count(place->directory), 2);

    struct file_stamp stamp;
    struct file_stamp now;
    assert_int_equal(file_replace_commit(&replacement, &stamp), KC_OK);
    assert_null(replacement);
    assert_content(place->path, "one two");
    assert_int_equal(temp_directory_count(place->directory), 1);
    assert_int_equal(file_stamp(place->path, &now), KC_OK);
    assert_true(file_stamp_equal(&stamp, &now));

    struct stat status;
    assert_int_equal(stat(place->path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
}

static void test_file_replace_discards_without_a_trace(void **state) {
    const struct temp_place *place = *state;
    static const struct file_piece piece = {"new", 3};
    temp_file_write(place->path, "old", 3);
    struct file_replacement *replacement = NULL;
    assert_int_equal(file_replace_prepare(place->path, &piece, 1, &replacement), KC_OK);
    file_replacement_free(replacement);
    file_replacement_free(NULL);
    assert_content(place->path, "old");
    assert_int_equal(temp_directory_count(place->directory), 1);
}

static void test_file_replace_sweep_takes_away_what_a_crash_left_and_nothing_else(void **state) {
    const struct temp_place *place = *state;
    static const struct {
        const char *name;
        bool is_left_over;
    } rows[] = {
        {"file", false},
        {"file.new.0123ab", true},
        {"file.new.vvvvvv", true},
        {"file.new.0123a", false},
        {"file.new.0123abc", false},
        {"file.new.0123AB", false},
        {"file.new.0123az", false},
        {"file.old.0123ab", false},
        {"other.new.0123ab", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *path = temp_path(place->directory, rows[i].name);
        assert_int_equal(file_replace(path, "x", 1), KC_OK);
        free(path);
    }
    assert_int_equal(file_replace_sweep(place->path), KC_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *path = temp_path(place->directory, rows[i].name);
        assert_int_equal(access(path, F_OK) != 0, rows[i].is_left_over);
        free(path);
    }
}

/* None of them stands in the way either. */
static void test_file_replace_sweep_leaves_what_is_not_a_file_of_ours(void **state) {
    const struct temp_place *place = *state;
    static const char *const names[] = {"file.new.aaaaaa", "file.new.bbbbbb", "file.new.cccccc"};
    char *paths[3];
    for (size_t i = 0; i < 3; i++) {
        paths[i] = temp_path(place->directory, names[i]);
    }
    assert_int_equal(mkdir(paths[0], 0700), 0);
    assert_int_equal(symlink("nowhere", paths[1]), 0);
    assert_int_equal(mkfifo(paths[2], 0600), 0);
    assert_int_equal(file_replace_sweep(place->path), KC_OK);
    assert_int_equal(temp_directory_count(place->directory), 3);
    for (size_t i = 0; i < 3; i++) {
        free(paths[i]);
    }
}

static void test_file_replace_makes_a_file_that_was_not_there(void **state) {
    const struct temp_place *place = *state;
    assert_int_equal(file_replace(place->path, "new", 3), KC_OK);
    assert_content(place->path, "new");
    char *missing = temp_path(place->directory, "no/such/file");
    assert_int_equal(file_replace(missing, "new", 3), KC_NOT_FOUND);
    free(missing);
}

/* Runs in a child whose files may not pass 8 KiB: as on a full disk, a write ends half-way. */
static int replace_on_full_disk(const char *path) {
    static const char bytes[20000];
    struct rlimit limit = {8192, 8192};
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        return 2;
    }
    return file_replace(path, bytes, sizeof bytes) == KC_IO ? 0 : 1;
}

static int append_on_full_disk(const char *path) {
    static const char bytes[20000];
    struct rlimit limit = {8192, 8192};
    struct file_log *log = NULL;
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0 ||
        file_log_open(path, &log) != KC_OK || file_log_append(log, "whole\n", 6) != KC_OK) {
        return 2;
    }
    enum kc_error full = file_log_append(log, bytes, sizeof bytes);
    bool kept = file_log_size(log) == 6 && file_log_is_current(log);
    enum kc_error next = file_log_append(log, "next\n", 5);
    file_log_free(log);
    return full == KC_IO && kept && next == KC_OK ? 0 : 1;
}

static int in_child(int (*act)(const char *path), const char *path) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(act(path));
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_file_replace_on_a_full_disk_keeps_the_old_one(void **state) {
    const struct temp_place *place = *state;
    temp_file_write(place->path, "old", 3);
    assert_int_equal(in_child(replace_on_full_disk, place->path), 0);
    assert_content(place->path, "old");
    assert_int_equal(temp_directory_count(place->directory), 1);
}

static void test_file_log_on_a_full_disk_cuts_the_half_record(void **state) {
    const struct temp_place *place = *state;
    assert_int_equal(in_child(append_on_full_disk, place->path), 0);
    assert_content(place->path, "whole\nnext\n");
}

static void test_file_makes_a_directory_with_its_parents(void **state) {
    const struct temp_place *place = *state;
    char *deep = temp_path(place->directory, "a/b//c/");
    struct stat status;
    assert_int_equal(file_make_directory(deep), KC_OK);
    assert_int_equal(file_make_directory(deep), KC_OK);
    assert_int_equal(stat(deep, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    assert_int_equal(file_make_directory(""), KC_INVALID);
    free(deep);
}

static void test_file_refuses_a_directory_that_others_may_write(void **state) {
    const struct temp_place *place = *state;
    char *open_one = temp_path(place->directory, "open");
    char *link = temp_path(place->directory, "link");
    assert_int_equal(mkdir(open_one, 0700), 0);
    assert_int_equal(symlink(open_one, link), 0);
    assert_int_equal(file_make_directory(link), KC_OK);
    assert_int_equal(chmod(open_one, 0720), 0);
    assert_int_equal(file_make_directory(open_one), KC_UNSAFE);
    assert_int_equal(chmod(open_one, 01777), 0);
    assert_int_equal(file_make_directory(open_one), KC_UNSAFE);
    assert_int_equal(file_make_directory(link), KC_UNSAFE);
    temp_file_write(place->path, "x", 1);
    assert_int_equal(file_make_directory(place->path), KC_UNSAFE);
    free(open_one);
    free(link);
}

static void test_file_lock_has_one_holder(void **state) {
    const struct temp_place *place = *state;
    struct file_lock *first = NULL;
    struct file_lock *second = NULL;
    assert_int_equal(file_lock(place->path, 0, &first), KC_OK);
    assert_int_equal(file_lock(place->path, 0, &second), KC_BUSY);
    assert_int_equal(file_lock(place->path, 30, &second), KC_BUSY);
    assert_null(second);
    file_lock_free(first);
    assert_int_equal(file_lock(place->path, 0, &second), KC_OK);
    file_lock_free(second);
    file_lock_free(NULL);
    assert_int_equal(temp_directory_count(place->directory), 1); /* it stays */
}

static void test_file_lock_waits_for_the_holder(void **state) {
    const struct temp_place *place = *state;
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct file_lock *lock = NULL;
        char byte = file_lock(place->path, 0, &lock) == KC_OK ? 'y' : 'n';
        (void)!write(ready[1], &byte, 1);
        usleep(100000);
        _exit(0);
    }
    char byte = 'n';
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    struct file_lock *lock = NULL;
    assert_int_equal(file_lock(place->path, 0, &lock), KC_BUSY);
    assert_int_equal(file_lock(place->path, 20000, &lock), KC_OK);
    file_lock_free(lock);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(close(ready[0]), 0);
    assert_int_equal(close(ready[1]), 0);
}

static void test_file_log_keeps_what_was_appended(void **state) {
    const struct temp_place *place = *state;
    struct file_log *log = NULL;
    char buffer[8] = {0};
    assert_int_equal(file_log_open(place->path, &log), KC_OK);
    assert_int_equal(file_log_append(log, "one\n", 4), KC_OK);
    assert_int_equal(file_log_sync(log), KC_OK);
    file_log_free(log);

    assert_int_equal(file_log_open(place->path, &log), KC_OK);
    assert_int_equal(file_log_size(log), 4);
    assert_int_equal(file_log_append(log, "two\n", 4), KC_OK);
    assert_int_equal(file_log_size(log), 8);
    assert_int_equal(file_log_read(log, 2, buffer, 4), KC_OK);
    assert_memory_equal(buffer, "e\ntw", 4);
    assert_int_equal(file_log_read(log, 4, buffer, 4), KC_OK);
    assert_int_equal(file_log_read(log, 5, buffer, 4), KC_END);
    assert_int_equal(file_log_read(log, UINT64_MAX, buffer, 4), KC_END);
    assert_true(file_log_is_current(log));
    file_log_free(log);
    file_log_free(NULL);
    assert_content(place->path, "one\ntwo\n");
}

static void test_file_log_notices_what_others_do_to_it(void **state) {
    const struct temp_place *place = *state;
    char *other = temp_path(place->directory, "other");
    struct file_log *log = NULL;
    assert_int_equal(file_log_open(place->path, &log), KC_OK);
    assert_int_equal(file_log_append(log, "one\n", 4), KC_OK);
    assert_int_equal(truncate(place->path, 2), 0);
    assert_false(file_log_is_current(log));
    assert_int_equal(truncate(place->path, 4), 0);
    assert_true(file_log_is_current(log));
    assert_int_equal(rename(place->path, other), 0);
    assert_false(file_log_is_current(log));
    assert_int_equal(symlink(other, place->path), 0);
    assert_false(file_log_is_current(log));
    file_log_free(log);
    log = NULL;
    assert_int_equal(file_log_open(place->path, &log), KC_UNSAFE);
    assert_null(log);
    free(other);
}

/* Counts, and refuses to go on behind the third. */
static enum kc_error count_name(const char *rest, void *context) {
    size_t *count = context;
    assert_true(rest[0] == '\0' || rest[0] == '.');
    return ++*count < 3 ? KC_OK : KC_BUSY;
}

static void test_file_gets_a_second_name_and_loses_the_first(void **state) {
    const struct temp_place *place = *state;
    char *path = temp_path(place->directory, "log");
    char *other = temp_path(place->directory, "log.1");
    char *third = temp_path(place->directory, "log.2");
    size_t count = 0;
    temp_file_write(path, "x", 1);
    assert_int_equal(file_link(path, other), KC_OK);
    assert_true(file_is_same(path, other));
    assert_int_equal(file_link(path, other), KC_EXISTS);
    assert_int_equal(file_visit_beside(path, count_name, &count), KC_OK);
    assert_int_equal(count, 2);
    temp_file_write(third, "x", 1);
    assert_false(file_is_same(path, third));
    count = 0;
    assert_int_equal(file_visit_beside(path, count_name, &count), KC_BUSY);
    assert_int_equal(file_remove(path), KC_OK);
    assert_int_equal(file_remove(path), KC_NOT_FOUND);
    assert_int_equal(unlink(third), 0);
    assert_int_equal(file_link(path, third), KC_NOT_FOUND);
    free(path);
    free(other);
    free(third);
}

static void test_file_log_that_is_only_read_is_never_made(void **state) {
    const struct temp_place *place = *state;
    char *path = temp_path(place->directory, "old");
    char *moved = temp_path(place->directory, "moved");
    KC_AUTO(file_log) log = NULL;
    assert_int_equal(file_log_open_old(path, &log), KC_NOT_FOUND);
    assert_int_equal(access(path, F_OK), -1);
    temp_file_write(path, "abc", 3);
    assert_int_equal(file_log_open_old(path, &log), KC_OK);
    assert_true(file_log_is_at(log, path));
    temp_file_write(path, "abcdef", 6);
    assert_int_equal(file_log_size(log), 3);
    assert_int_equal(file_log_measure(log), KC_OK);
    assert_int_equal(file_log_size(log), 6);
    assert_int_equal(rename(path, moved), 0);
    assert_false(file_log_is_at(log, path));
    assert_true(file_log_is_at(log, moved));
    free(path);
    free(moved);
}

static void test_file_log_refuses_a_file_that_others_may_write(void **state) {
    const struct temp_place *place = *state;
    struct file_log *log = NULL;
    temp_file_write(place->path, "x", 1);
    assert_int_equal(chmod(place->path, 0660), 0);
    assert_int_equal(file_log_open(place->path, &log), KC_UNSAFE);
    assert_int_equal(file_log_open(place->directory, &log), KC_UNSAFE);
    assert_null(log);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, temp_place_free)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_file_reads_all_bytes_up_to_the_limit),
        CASE(test_file_reads_an_empty_file),
        CASE(test_file_reads_only_what_its_mode_keeps_private),
        CASE(test_file_refuses_what_is_not_a_regular_file),
        CASE(test_file_tells_when_there_is_none),
        CASE(test_file_refuses_another_owner),
        CASE(test_file_stamp_changes_with_the_file),
        CASE(test_file_replace_writes_all_pieces_in_order),
        CASE(test_file_replace_discards_without_a_trace),
        CASE(test_file_replace_sweep_takes_away_what_a_crash_left_and_nothing_else),
        CASE(test_file_replace_sweep_leaves_what_is_not_a_file_of_ours),
        CASE(test_file_replace_makes_a_file_that_was_not_there),
        CASE(test_file_replace_on_a_full_disk_keeps_the_old_one),
        CASE(test_file_log_on_a_full_disk_cuts_the_half_record),
        CASE(test_file_makes_a_directory_with_its_parents),
        CASE(test_file_refuses_a_directory_that_others_may_write),
        CASE(test_file_lock_has_one_holder),
        CASE(test_file_lock_waits_for_the_holder),
        CASE(test_file_log_keeps_what_was_appended),
        CASE(test_file_log_notices_what_others_do_to_it),
        CASE(test_file_gets_a_second_name_and_loses_the_first),
        CASE(test_file_log_that_is_only_read_is_never_made),
        CASE(test_file_log_refuses_a_file_that_others_may_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
