/* SPDX-License-Identifier: MIT */
/* Everything goes over two pipes, so that no test has to sleep. */
#define _GNU_SOURCE
#include "tests/unit/victim.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(int answers, bool yes) {
    char byte = yes ? 'y' : 'n';
    (void)!write(answers, &byte, 1);
}

/* The answers' end closes on exec: that is how the other side learns of it. */
static _Noreturn void live(int orders, int answers, bool prepared) {
    char program[256];
    say(answers, prepared);
    ssize_t length;
    do { /* the thread sanitizer interrupts what the kernel would have begun again */
        length = read(orders, program, sizeof program - 1);
    } while (length < 0 && errno == EINTR);
    if (length <= 0) {
        _exit(0);
    }
    program[length] = '\0';
    (void)execl(program, program, "60", (char *)NULL);
    say(answers, false);
    _exit(127);
}

struct victim victim_start(bool (*prepare)(void *context), void *context, bool *ret_prepared) {
    int orders[2];
    int answers[2];
    assert_int_equal(pipe2(orders, O_CLOEXEC), 0);
    assert_int_equal(pipe2(answers, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)close(orders[1]);
        (void)close(answers[0]);
        live(orders[0], answers[1], prepare == NULL || prepare(context));
    }
    (void)close(orders[0]);
    (void)close(answers[1]);
    char answer = 'n';
    assert_int_equal(read(answers[0], &answer, 1), 1);
    *ret_prepared = answer == 'y';
    return (struct victim){pid, orders[1], answers[0]};
}

void victim_execute(struct victim *victim, const char *program) {
    char answer;
    assert_int_equal(write(victim->orders, program, strlen(program)), (ssize_t)strlen(program));
    assert_int_equal(read(victim->answers, &answer, 1), 0);
}

void victim_kill(const struct victim *victim) {
    siginfo_t information;
    assert_int_equal(kill(victim->pid, SIGKILL), 0);
    assert_int_equal(waitid(P_PID, (id_t)victim->pid, &information, WEXITED | WNOWAIT), 0);
}

void victim_end(struct victim *victim) {
    (void)kill(victim->pid, SIGKILL);
    assert_int_equal(waitpid(victim->pid, NULL, 0), victim->pid);
    assert_int_equal(close(victim->orders), 0);
    assert_int_equal(close(victim->answers), 0);
}
