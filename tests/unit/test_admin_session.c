/* SPDX-License-Identifier: MIT */
/*
 * Who is in a session and who isn't: real processes at a real terminal. The shell is a child of
 * ours that leads the terminal's session; it starts others as it is told.
 *
 * links: daemon/admin_session.c platform
 */
#define _GNU_SOURCE
#include "daemon/admin_session.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW    UINT64_C(1000)
#define HOLDER "/bin/sleep"

struct shell {
    pid_t pid;
    int orders;  /* a letter each: c a child, g a grandchild */
    int answers; /* its pid */
    int terminal;
};

static _Noreturn void hold(void) {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        (void)pause();
    }
}

static void tell(int answers, pid_t pid) {
    if (write(answers, &pid, sizeof pid) != (ssize_t)sizeof pid) {
        _exit(1);
    }
}

static void start(char order, int answers) {
    pid_t child = fork();
    if (child != 0) {
        if (order == 'c') {
            tell(answers, child);
        }
        return;
    }
    if (order == 'c') {
        hold();
    }
    pid_t grandchild = fork();
    if (grandchild == 0) {
        hold();
    }
    tell(answers, grandchild);
    hold();
}

static _Noreturn void be_shell(int orders, int answers, const char *terminal) {
    char order = '\0';
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (setsid() < 0) {
        _exit(1);
    }
    if (terminal != NULL) {
        int opened = open(terminal, O_RDWR);
        if (opened < 0 || ioctl(opened, TIOCSCTTY, 0) != 0) {
            _exit(1);
        }
    }
    tell(answers, getpid());
    while (read(orders, &order, 1) == 1) {
        if (order == 'x') {
            (void)execl(HOLDER, HOLDER, "60", (char *)NULL);
        }
        start(order, answers);
    }
    _exit(0);
}

static pid_t hear(const struct shell *shell) {
    pid_t pid = -1;
    assert_int_equal(read(shell->answers, &pid, sizeof pid), sizeof pid);
    return pid;
}

static struct shell open_shell(bool has_terminal) {
    int orders[2];
    int answers[2];
    struct shell shell = {.terminal = -1};
    const char *name = NULL;
    assert_int_equal(pipe(orders), 0);
    assert_int_equal(pipe(answers), 0);
    if (has_terminal) {
        shell.terminal = posix_openpt(O_RDWR | O_NOCTTY);
        assert_true(shell.terminal >= 0 && grantpt(shell.terminal) == 0 &&
                    unlockpt(shell.terminal) == 0);
        name = ptsname(shell.terminal);
        assert_non_null(name);
    }
    shell.pid = fork();
    if (shell.pid == 0) {
        (void)close(orders[1]);
        (void)close(answers[0]);
        be_shell(orders[0], answers[1], name);
    }
    assert_int_equal(close(orders[0]), 0);
    assert_int_equal(close(answers[1]), 0);
    shell.orders = orders[1];
    shell.answers = answers[0];
    assert_int_equal(hear(&shell), shell.pid);
    return shell;
}

static void end_shell(struct shell *shell) {
    (void)kill(shell->pid, SIGKILL);
    (void)waitpid(shell->pid, NULL, 0);
    (void)close(shell->orders);
    (void)close(shell->answers);
    if (shell->terminal >= 0) {
        (void)close(shell->terminal);
    }
}

static struct process *order(const struct shell *shell, char what) {
    struct process *process = NULL;
    assert_int_equal(write(shell->orders, &what, 1), 1);
    assert_int_equal(process_pin((uint64_t)hear(shell), &process), KC_OK);
    return process;
}

static void test_admin_session_covers_what_the_shell_starts_and_nothing_else(void **state) {
    (void)state;
    struct shell shell = open_shell(true);
    struct shell other = open_shell(true);
    struct admin_sessions sessions = {0};
    KC_AUTO(process) caller = order(&shell, 'c');
    KC_AUTO(process) sibling = order(&shell, 'c');
    KC_AUTO(process) grandchild = order(&shell, 'g');
    KC_AUTO(process) elsewhere = order(&other, 'c');
    assert_false(admin_session_covers(&sessions, caller, NOW));
    assert_int_equal(admin_session_open(&sessions, caller, NOW), KC_OK);
    assert_true(admin_session_covers(&sessions, caller, NOW));
    assert_true(admin_session_covers(&sessions, sibling, NOW));
    assert_false(admin_session_covers(&sessions, grandchild, NOW));
    assert_false(admin_session_covers(&sessions, elsewhere, NOW));
    assert_int_equal(admin_session_count(&sessions, NOW), 1);
    admin_sessions_clear(&sessions);
    end_shell(&shell);
    end_shell(&other);
}

static void test_admin_session_ends_by_time_by_word_and_with_its_shell(void **state) {
    (void)state;
    struct shell shell = open_shell(true);
    struct admin_sessions sessions = {0};
    KC_AUTO(process) caller = order(&shell, 'c');
    assert_int_equal(admin_session_open(&sessions, caller, NOW), KC_OK);
    assert_true(admin_session_covers(&sessions, caller, NOW + ADMIN_SESSION_MS - 1));
    assert_false(admin_session_covers(&sessions, caller, NOW + ADMIN_SESSION_MS));
    assert_int_equal(admin_session_open(&sessions, caller, NOW), KC_OK);
    assert_int_equal(admin_session_open(&sessions, caller, NOW + 5), KC_OK);
    assert_int_equal(admin_session_count(&sessions, NOW), 1);
    admin_session_end(&sessions, caller);
    assert_false(admin_session_covers(&sessions, caller, NOW));
    assert_int_equal(admin_session_open(&sessions, caller, NOW), KC_OK);
    end_shell(&shell);
    assert_int_equal(admin_session_count(&sessions, NOW), 0);
    admin_sessions_clear(&sessions);
}

/* The process stays, the program that the person trusted doesn't. */
static void test_admin_session_ends_when_the_shell_becomes_another_program(void **state) {
    (void)state;
    struct shell shell = open_shell(true);
    struct admin_sessions sessions = {0};
    KC_AUTO(process) caller = order(&shell, 'c');
    assert_int_equal(admin_session_open(&sessions, caller, NOW), KC_OK);
    assert_int_equal(write(shell.orders, "x", 1), 1);
    for (int i = 0; i < 5000 && admin_session_count(&sessions, NOW) > 0; i++) {
        (void)usleep(1000);
    }
    assert_false(admin_session_covers(&sessions, caller, NOW));
    admin_sessions_clear(&sessions);
    end_shell(&shell);
}

static void test_admin_session_needs_a_terminal_and_has_a_bound(void **state) {
    (void)state;
    struct shell shells[ADMIN_SESSIONS_MAX + 1];
    struct admin_sessions sessions = {0};
    struct shell without = open_shell(false);
    KC_AUTO(process) nowhere = order(&without, 'c');
    assert_int_equal(admin_session_open(&sessions, nowhere, NOW), KC_NOT_FOUND);
    for (size_t i = 0; i < ADMIN_SESSIONS_MAX + 1; i++) {
        shells[i] = open_shell(true);
        KC_AUTO(process) caller = order(&shells[i], 'c');
        assert_int_equal(admin_session_open(&sessions, caller, NOW),
                         i < ADMIN_SESSIONS_MAX ? KC_OK : KC_BUSY);
    }
    admin_sessions_clear(&sessions);
    end_shell(&without);
    for (size_t i = 0; i < ADMIN_SESSIONS_MAX + 1; i++) {
        end_shell(&shells[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_admin_session_covers_what_the_shell_starts_and_nothing_else),
        cmocka_unit_test(test_admin_session_ends_by_time_by_word_and_with_its_shell),
        cmocka_unit_test(test_admin_session_ends_when_the_shell_becomes_another_program),
        cmocka_unit_test(test_admin_session_needs_a_terminal_and_has_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
