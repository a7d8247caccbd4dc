/* SPDX-License-Identifier: MIT */
/*
 * What hardening does to a process; each case looks at a child, since none of it can be undone.
 * links: platform
 */
#define _GNU_SOURCE
#include "platform/harden.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child saw, bit by bit, as its exit code; 0 is all well. */
static int in_child(int (*look)(void)) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(look());
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int look_at_memory(void) {
    bool open_before = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1;
    enum kc_error error = harden_memory();
    struct rlimit core = {1, 1};
    bool no_core = getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0;
    bool shut = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
    return (error == KC_OK ? 0 : 1) | (no_core ? 0 : 2) | (shut ? 0 : 4) | (open_before ? 0 : 8);
}

static void test_harden_shuts_the_memory_and_forbids_cores(void **state) {
    (void)state;
    assert_int_equal(in_child(look_at_memory), 0);
}

static int look_at_limits_before_launch(void) {
    struct rlimit before = {1, 1};
    struct rlimit core = {2, 2};
    bool known = getrlimit(RLIMIT_CORE, &before) == 0;
    enum kc_error error = harden_memory_until_launch();
    bool same = getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == before.rlim_cur &&
                core.rlim_max == before.rlim_max;
    bool shut = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
    return (error == KC_OK ? 0 : 1) | (known && same ? 0 : 2) | (shut ? 0 : 4);
}

static void test_harden_leaves_no_limit_to_a_program_that_follows(void **state) {
    (void)state;
    assert_int_equal(in_child(look_at_limits_before_launch), 0);
}

static int look_at_streams(void) {
    char byte = 0;
    int above = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int stream = 0; stream < 3; stream++) {
        (void)close(stream);
    }
    enum kc_error error = harden_streams();
    int next = open("/dev/null", O_RDWR | O_CLOEXEC);
    bool is_deaf = read(0, &byte, 1) < 0 && errno == EBADF;
    bool is_mute = write(1, "x", 1) < 0 && errno == EBADF && write(2, "x", 1) < 0;
    return (error == KC_OK ? 0 : 1) | (next > 2 && next != above ? 0 : 2) | (is_deaf ? 0 : 4) |
           (is_mute ? 0 : 8);
}

static void test_harden_fills_the_place_of_closed_streams(void **state) {
    (void)state;
    assert_int_equal(in_child(look_at_streams), 0);
}

static int look_at_open_streams(void) {
    int pipe_ends[2];
    char byte = 0;
    bool is_ready = pipe(pipe_ends) == 0 && dup2(pipe_ends[1], 1) == 1;
    enum kc_error error = harden_streams();
    bool is_kept = write(1, "x", 1) == 1 && read(pipe_ends[0], &byte, 1) == 1 && byte == 'x';
    return (error == KC_OK ? 0 : 1) | (is_ready ? 0 : 2) | (is_kept ? 0 : 4);
}

static void test_harden_leaves_open_streams_alone(void **state) {
    (void)state;
    assert_int_equal(in_child(look_at_open_streams), 0);
}

static bool is_ignored(int number) {
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

static int look_at_daemon(void) {
    struct rlimit files = {64, 256};
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) {
        return 64;
    }
    enum kc_error error = harden_daemon(200);
    bool raised = getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur == 200;
    bool signals = is_ignored(SIGPIPE) && is_ignored(SIGXFSZ);
    bool shut = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
    return (error == KC_OK ? 0 : 1) | (raised ? 0 : 2) | (signals ? 0 : 4) |
           (umask(0) == 077 ? 0 : 8) | (shut ? 0 : 16);
}

static void test_harden_prepares_a_daemon(void **state) {
    (void)state;
    assert_int_equal(in_child(look_at_daemon), 0);
}

static int look_at_low_limit(void) {
    struct rlimit files = {64, 128};
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) {
        return 64;
    }
    enum kc_error error = harden_daemon(100000);
    bool at_most = getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur == 128;
    return (error == KC_OK ? 0 : 1) | (at_most ? 0 : 2);
}

static void test_harden_takes_fewer_files_where_the_hard_limit_is_lower(void **state) {
    (void)state;
    assert_int_equal(in_child(look_at_low_limit), 0);
}

static int look_at_high_limit(void) {
    struct rlimit before;
    struct rlimit after;
    bool asked = getrlimit(RLIMIT_NOFILE, &before) == 0;
    enum kc_error error = harden_daemon(1);
    bool same = getrlimit(RLIMIT_NOFILE, &after) == 0 && after.rlim_cur == before.rlim_cur;
    return asked && error == KC_OK && same ? 0 : 1;
}

static void test_harden_never_lowers_the_limit(void **state) {
    (void)state;
    assert_int_equal(in_child(look_at_high_limit), 0);
}

/* The point of it all: another process of the same user can't open the memory. */
static void test_harden_keeps_the_same_user_out(void **state) {
    (void)state;
    if (geteuid() == 0) {
        skip(); /* root may look at everything */
    }
    int ready[2];
    int done[2];
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(done), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char answer = harden_memory() == KC_OK ? 'y' : 'n';
        (void)close(done[1]);
        if (write(ready[1], &answer, 1) == 1) {
            (void)!read(done[0], &answer, 1);
        }
        _exit(0);
    }
    char answer = 'n';
    assert_int_equal(read(ready[0], &answer, 1), 1);
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%ld/mem", (long)child);
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    int why = errno;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(close(done[1 - i]), 0);
        assert_int_equal(close(ready[i]), 0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(answer, 'y');
    assert_int_equal(memory, -1);
    assert_int_equal(why, EACCES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_harden_fills_the_place_of_closed_streams),
        cmocka_unit_test(test_harden_leaves_open_streams_alone),
        cmocka_unit_test(test_harden_shuts_the_memory_and_forbids_cores),
        cmocka_unit_test(test_harden_leaves_no_limit_to_a_program_that_follows),
        cmocka_unit_test(test_harden_prepares_a_daemon),
        cmocka_unit_test(test_harden_takes_fewer_files_where_the_hard_limit_is_lower),
        cmocka_unit_test(test_harden_never_lowers_the_limit),
        cmocka_unit_test(test_harden_keeps_the_same_user_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
