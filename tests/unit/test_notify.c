/* SPDX-License-Identifier: MIT */
/*
 * Readiness: what a service manager hears, and what the process that detached ends with.
 * links: tests/unit/temp_directory.c platform
 */
#define _GNU_SOURCE
#include "platform/notify.h"
#include "tests/unit/temp_directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int manager_at(const char *path, size_t length) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    assert_true(length < sizeof name.sun_path);
    memcpy(name.sun_path, path, length);
    int manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(manager >= 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    assert_int_equal(bind(manager, (const struct sockaddr *)&name, size), 0);
    return manager;
}

static void assert_heard(int manager) {
    char heard[64] = {0};
    notify_manager("READY=1");
    assert_int_equal(recv(manager, heard, sizeof heard - 1, 0), 7);
    assert_string_equal(heard, "READY=1");
    assert_int_equal(close(manager), 0);
}

static void test_notify_manager_hears_by_path_and_by_name(void **state) {
    (void)state;
    char *directory = temp_directory_new();
    char *path = temp_path(directory, "manager");
    int manager = manager_at(path, strlen(path));
    assert_int_equal(setenv("NOTIFY_SOCKET", path, 1), 0);
    assert_heard(manager);

    char name[64];
    (void)snprintf(name, sizeof name, "@kc-test-%ld", (long)getpid());
    assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
    name[0] = '\0';
    assert_heard(manager_at(name, 1 + strlen(name + 1)));
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    temp_directory_remove(directory);
    free(path);
}

static void test_notify_does_nothing_without_a_manager(void **state) {
    (void)state;
    char long_name[300];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[0] = '/';
    long_name[sizeof long_name - 1] = '\0';
    const char *const names[] = {"", "@", "/", "relative", "/nowhere/at/all", long_name};
    notify_manager("READY=1");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(setenv("NOTIFY_SOCKET", names[i], 1), 0);
        notify_manager("READY=1");
    }
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    notify_ready(0, "nobody waits");
}

/* What the background half saw of itself, told over a pipe. */
struct background {
    bool leads_session;
    bool input_is_nowhere;
    bool variable_gone;
    bool pipe_closed;
    bool inherited_closed;
};

static bool is_null_device(int descriptor) {
    struct stat here;
    struct stat there;
    return fstat(descriptor, &here) == 0 && stat("/dev/null", &there) == 0 &&
           S_ISCHR(here.st_mode) && here.st_rdev == there.st_rdev;
}

/* Our own, which are close-on-exec; what a caller left open is another matter. */
static size_t count_descriptors(void) {
    size_t count = 0;
    for (int i = 0; i < 256; i++) {
        count += fcntl(i, F_GETFD) == FD_CLOEXEC;
    }
    return count;
}

/* The process that detaches, in both its halves; `report` is the pipe. */
static _Noreturn void detach(const char *log, int report, int exit_code) {
    size_t before = count_descriptors();
    int inherited = dup(report); /* not close-on-exec */
    if (notify_detach(log, 77) != KC_OK) {
        _exit(99);
    }
    if (exit_code < 0) {
        _exit(0); /* the daemon dies before it is ready */
    }
    (void)!write(STDERR_FILENO, "to the log\n", 11);
    notify_ready(exit_code, "it \"works\"\n");
    notify_ready(5, "too late\n");
    struct background seen = {
        getsid(0) == getpid(), is_null_device(STDIN_FILENO) && is_null_device(STDOUT_FILENO),
        getenv("KEYCHAIN_AUTH_READY") == NULL,
        /* its own copies of /dev/null and the log close on return */
        count_descriptors() == before, inherited >= 0 && fcntl(inherited, F_GETFD) < 0};
    (void)!write(report, &seen, sizeof seen);
    _exit(0);
}

struct outcome {
    int exit_code;
    char errors[256];
    size_t reported;
    struct background seen;
};

static struct outcome run_detach(const char *log, int exit_code) {
    struct outcome outcome = {0};
    int report[2];
    int errors[2];
    int status = -1;
    assert_int_equal(pipe2(report, O_CLOEXEC), 0);
    assert_int_equal(pipe2(errors, O_CLOEXEC), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)dup2(errors[1], STDERR_FILENO);
        (void)close(errors[1]);
        detach(log, report[1], exit_code);
    }
    assert_int_equal(close(report[1]), 0);
    assert_int_equal(close(errors[1]), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    outcome.exit_code = WEXITSTATUS(status);
    assert_true(read(errors[0], outcome.errors, sizeof outcome.errors - 1) >= 0);
    ssize_t count = read(report[0], &outcome.seen, sizeof outcome.seen);
    outcome.reported = count > 0 ? (size_t)count : 0;
    /* The end of the report is the end of the daemon: nothing is left behind. */
    char byte;
    assert_int_equal(read(report[0], &byte, 1), 0);
    assert_int_equal(close(report[0]), 0);
    assert_int_equal(close(errors[0]), 0);
    return outcome;
}

static void test_notify_detach_ends_with_what_the_daemon_says(void **state) {
    (void)state;
    char *directory = temp_directory_new();
    char *log = temp_path(directory, "log");
    struct outcome outcome = run_detach(log, 3);
    assert_int_equal(outcome.exit_code, 3);
    assert_string_equal(outcome.errors, "it \"works\"\n");
    assert_int_equal(outcome.reported, sizeof outcome.seen);
    assert_true(outcome.seen.leads_session);
    assert_true(outcome.seen.input_is_nowhere);
    assert_true(outcome.seen.variable_gone);
    assert_true(outcome.seen.pipe_closed);
    assert_true(outcome.seen.inherited_closed);
    size_t length = 0;
    char *logged = temp_file_read(log, &length);
    assert_string_equal(logged, "to the log\n");
    free(logged);
    struct stat status;
    assert_int_equal(stat(log, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    temp_directory_remove(directory);
    free(log);
}

static void test_notify_detach_notices_a_daemon_that_dies(void **state) {
    (void)state;
    char *directory = temp_directory_new();
    char *log = temp_path(directory, "log");
    struct outcome outcome = run_detach(log, -1);
    assert_int_equal(outcome.exit_code, 77);
    assert_string_equal(outcome.errors, "");
    assert_int_equal(outcome.reported, 0);
    temp_directory_remove(directory);
    free(log);
}

static void test_notify_detach_refuses_a_log_that_is_not_ours_alone(void **state) {
    (void)state;
    char *directory = temp_directory_new();
    char *log = temp_path(directory, "log");
    char *link = temp_path(directory, "link");
    temp_file_write(log, "", 0);
    assert_int_equal(chmod(log, 0622), 0);
    assert_int_equal(symlink(log, link), 0);
    assert_int_equal(notify_detach(log, 1), KC_UNSAFE);
    assert_int_equal(notify_detach(link, 1), KC_UNSAFE);
    assert_int_equal(notify_detach(directory, 1), KC_UNSAFE);
    temp_directory_remove(directory);
    free(log);
    free(link);
}

static void test_notify_ready_believes_only_its_own_process(void **state) {
    (void)state;
    int ends[2];
    char value[64];
    char byte;
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    (void)snprintf(value, sizeof value, "%ld %d", (long)getpid() + 1, ends[1]);
    assert_int_equal(setenv("KEYCHAIN_AUTH_READY", value, 1), 0);
    notify_ready(0, "not for us");
    assert_int_equal(read(ends[0], &byte, 1), -1);
    assert_int_equal(setenv("KEYCHAIN_AUTH_READY", "12 x", 1), 0);
    notify_ready(0, "no number");
    assert_int_equal(unsetenv("KEYCHAIN_AUTH_READY"), 0);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(close(ends[1]), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notify_manager_hears_by_path_and_by_name),
        cmocka_unit_test(test_notify_does_nothing_without_a_manager),
        cmocka_unit_test(test_notify_detach_ends_with_what_the_daemon_says),
        cmocka_unit_test(test_notify_detach_notices_a_daemon_that_dies),
        cmocka_unit_test(test_notify_detach_refuses_a_log_that_is_not_ours_alone),
        cmocka_unit_test(test_notify_ready_believes_only_its_own_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
