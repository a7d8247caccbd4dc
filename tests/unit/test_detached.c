/* SPDX-License-Identifier: MIT */
/*
 * A program that is nobody's child: its starter's waits and handlers know nothing of it, and each
 * of the two sees the other's end.
 * links: platform
 */
#include "platform/detached.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 10000

static const char *const environment[] = {"PATH=/usr/bin:/bin", "MARK=here", NULL};
static volatile sig_atomic_t children;

static void count_child(int number) {
    (void)number;
    children++;
}

/* Our end of the link, or -1: it couldn't be started. */
static int start(const char *script, bool keeps_terminal) {
    const char *const arguments[] = {"sh", "-c", script, NULL};
    const struct detached_plan plan = {.path = "/bin/sh",
                                       .arguments = arguments,
                                       .environment = environment,
                                       .keeps_terminal = keeps_terminal};
    int ends[2];
    sigset_t all;
    sigset_t before;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, &before);
    enum kc_error error = detached_start(&plan, ends[1]);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(error, KC_OK);
    return ends[0];
}

/* What the program writes into its standard input, which is the link, up to its end. */
static void hear(int link, char *text, size_t size) {
    size_t used = 0;
    struct pollfd end = {.fd = link, .events = POLLIN};
    for (;;) {
        assert_int_equal(poll(&end, 1, WAIT_MS), 1);
        ssize_t got = recv(link, text + used, size - used - 1, 0);
        if (got <= 0) {
            break;
        }
        used += (size_t)got;
    }
    text[used] = '\0';
    assert_int_equal(close(link), 0);
}

static void test_detached_is_no_child_of_its_starter(void **state) {
    const struct sigaction counting = {.sa_handler = count_child};
    struct sigaction before;
    char text[64];
    (void)state;
    children = 0;
    assert_int_equal(sigaction(SIGCHLD, &counting, &before), 0);
    int link = start("echo $PPID >&0; sleep 0.1", false);
    errno = 0;
    assert_int_equal(waitpid(-1, NULL, 0), -1);
    assert_int_equal(errno, ECHILD);
    hear(link, text, sizeof text);
    assert_int_not_equal(strtol(text, NULL, 10), getpid());
    assert_int_equal(waitpid(-1, NULL, __WALL), -1);
    assert_int_equal(sigaction(SIGCHLD, &before, NULL), 0);
    assert_int_equal(children, 0);
}

static void test_detached_gets_nothing_but_its_link_and_its_environment(void **state) {
    char text[256];
    int others[2];
    (void)state;
    assert_int_equal(pipe(others), 0);
    (void)signal(SIGPIPE, SIG_IGN);
    hear(start("exec 1>&0; ls /proc/self/fd; echo $MARK ${HOME-none};"
               "grep -E 'Sig(Ign|Blk)' /proc/self/status",
               false),
         text, sizeof text);
    (void)signal(SIGPIPE, SIG_DFL);
    assert_int_equal(close(others[0]), 0);
    assert_int_equal(close(others[1]), 0);
    /* The fourth is where ls reads that. */
    assert_string_equal(text, "0\n1\n2\n3\nhere none\nSigBlk:\t0000000000000000\n"
                              "SigIgn:\t0000000000000000\n");
}

static void test_detached_ends_with_its_link(void **state) {
    static const char script[] = "echo $$ >&0; while :; do sleep 0.05; done";
    (void)state;
    for (int keeps_terminal = 0; keeps_terminal < 2; keeps_terminal++) {
        char text[32] = "";
        int link = start(script, keeps_terminal != 0);
        struct pollfd waited = {.fd = link, .events = POLLIN};
        assert_int_equal(poll(&waited, 1, WAIT_MS), 1);
        assert_true(recv(link, text, sizeof text - 1, 0) > 0);
        pid_t number = (pid_t)strtol(text, NULL, 10);
        assert_true(number > 1);
        assert_int_equal(close(link), 0);
        bool is_gone = false;
        for (int i = 0; i < WAIT_MS / 10 && !is_gone; i++) {
            (void)poll(NULL, 0, 10);
            /* In this test we are the one to whom orphans fall. */
            is_gone = waitpid(number, NULL, WNOHANG) == number;
        }
        assert_true(is_gone);
    }
}

static void test_detached_ends_at_once_when_it_cant_be_executed(void **state) {
    static const char *const arguments[] = {"nothing", NULL};
    const struct detached_plan plan = {
        .path = "/nothing/here", .arguments = arguments, .environment = environment};
    char text[8];
    int ends[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    assert_int_equal(detached_start(&plan, ends[1]), KC_OK);
    assert_int_equal(close(ends[1]), 0);
    hear(ends[0], text, sizeof text);
    assert_string_equal(text, "");
}

/* Orphans fall to us, to be taken in; not in the first test, which is about a program that has no
 * children. */
static int take_orphans(void **state) {
    (void)state;
    return prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static int leave_orphans(void **state) {
    (void)state;
    while (waitpid(-1, NULL, 0) > 0) {
    }
    return prctl(PR_SET_CHILD_SUBREAPER, 0);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, take_orphans, leave_orphans)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detached_is_no_child_of_its_starter),
        CASE(test_detached_gets_nothing_but_its_link_and_its_environment),
        CASE(test_detached_ends_with_its_link),
        CASE(test_detached_ends_at_once_when_it_cant_be_executed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
