/* SPDX-License-Identifier: MIT */
/*
 * A question at a terminal: a child whose controlling terminal is a pseudo terminal answers
 * what its parent types.
 * links: platform
 */
#define _GNU_SOURCE
#include "platform/tty.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define PROMPT "passphrase: "
#define SIZE   16

struct answer {
    enum kc_error error;
    size_t length;
    char bytes[SIZE];
    bool same_settings;
    bool echo_before;
};

static bool settings_equal(const struct termios *one, const struct termios *other) {
    return one->c_iflag == other->c_iflag && one->c_oflag == other->c_oflag &&
           one->c_lflag == other->c_lflag && one->c_cflag == other->c_cflag;
}

/* tty_read_secret() or tty_read_line() */
struct manner {
    enum kc_error (*read)(const char *prompt, char *buffer, size_t size, size_t *ret_length);
    bool shows;
};

static const struct manner hidden = {.read = tty_read_secret};
static const struct manner shown_line = {.read = tty_read_line, .shows = true};

static _Noreturn void ask(const struct manner *manner, const char *terminal, int report) {
    struct answer answer = {.error = KC_INTERNAL};
    struct termios before;
    struct termios after;
    (void)signal(SIGINT, SIG_IGN); /* or the signal would end us before we can tell */
    (void)signal(SIGTERM, SIG_IGN);
    if (setsid() < 0) {
        _exit(2);
    }
    int slave = open(terminal, O_RDWR | O_CLOEXEC);
    if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) != 0 || tcgetattr(slave, &before) != 0) {
        _exit(3);
    }
    memset(answer.bytes, 'z', sizeof answer.bytes);
    answer.error = manner->read(PROMPT, answer.bytes, sizeof answer.bytes, &answer.length);
    answer.echo_before = (before.c_lflag & ECHO) != 0;
    answer.same_settings = tcgetattr(slave, &after) == 0 && settings_equal(&before, &after);
    (void)!write(report, &answer, sizeof answer);
    _exit(0);
}

/* Everything that the terminal shows until `expected` has come by. */
static void read_until(int master, const char *expected) {
    char shown[256] = {0};
    size_t length = 0;
    while (strstr(shown, expected) == NULL) {
        struct pollfd watched = {.fd = master, .events = POLLIN};
        assert_int_equal(poll(&watched, 1, 10000), 1);
        ssize_t count = read(master, shown + length, sizeof shown - 1 - length);
        assert_true(count > 0);
        length += (size_t)count;
    }
}

/* Types `typed` (or sends `signal_number`), and returns what the child got. */
static struct answer converse(const struct manner *manner, const char *typed, int signal_number) {
    struct answer answer = {.error = KC_INTERNAL};
    int report[2];
    int status = -1;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(master >= 0);
    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    assert_int_equal(pipe2(report, O_CLOEXEC), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        ask(manner, ptsname(master), report[1]);
    }
    assert_int_equal(close(report[1]), 0);
    read_until(master, PROMPT);
    if (signal_number != 0) {
        assert_int_equal(kill(child, signal_number), 0);
    }
    assert_int_equal(write(master, typed, strlen(typed)), (ssize_t)strlen(typed));
    assert_int_equal(read(report[0], &answer, sizeof answer), sizeof answer);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);

    /* A secret that was typed never shows. */
    char shown[256] = {0};
    assert_int_equal(fcntl(master, F_SETFL, O_NONBLOCK), 0);
    (void)!read(master, shown, sizeof shown - 1);
    assert_true((strstr(shown, "open") != NULL) == manner->shows);
    assert_int_equal(close(master), 0);
    assert_int_equal(close(report[0]), 0);
    assert_true(answer.echo_before);
    assert_true(answer.same_settings);
    return answer;
}

static void assert_wiped(const struct answer *answer) {
    static const char zero[SIZE];
    assert_int_equal(answer->length, 0);
    assert_memory_equal(answer->bytes, zero, SIZE);
}

static void test_tty_reads_a_line_without_echo(void **state) {
    (void)state;
    static const struct {
        const char *typed;
        const char *expected;
    } rows[] = {
        {"open sesame\n", "open sesame"},
        {"\n", ""},
        {"open 6789abcdef\n", "open 6789abcdef"},
        {"open 6789abcdefg\n", "open 6789abcdefg"}, /* exactly the size */
        {"oops\177\177\177pen\n", "open"},
        {"open \303\251\n", "open \303\251"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct answer answer = converse(&hidden, rows[i].typed, 0);
        assert_int_equal(answer.error, KC_OK);
        assert_int_equal(answer.length, strlen(rows[i].expected));
        assert_memory_equal(answer.bytes, rows[i].expected, answer.length);
    }
}

static void test_tty_reads_a_line_with_echo(void **state) {
    (void)state;
    struct answer answer = converse(&shown_line, "open it\n", 0);
    assert_int_equal(answer.error, KC_OK);
    assert_int_equal(answer.length, strlen("open it"));
    assert_memory_equal(answer.bytes, "open it", answer.length);
}

static void test_tty_refuses_a_line_that_is_too_long(void **state) {
    (void)state;
    struct answer answer = converse(&hidden, "open 6789abcdefgh\n", 0);
    assert_int_equal(answer.error, KC_TOO_BIG);
    assert_wiped(&answer);
}

static void test_tty_ends_at_end_of_file_and_at_a_signal(void **state) {
    (void)state;
    struct answer end = converse(&hidden, "\004", 0);
    assert_int_equal(end.error, KC_END);
    assert_wiped(&end);
    struct answer interrupted = converse(&hidden, "open\003", 0);
    assert_int_equal(interrupted.error, KC_END);
    assert_wiped(&interrupted);
    struct answer terminated = converse(&hidden, "", SIGTERM);
    assert_int_equal(terminated.error, KC_END);
    assert_wiped(&terminated);
}

static void test_tty_asks_nobody_without_a_terminal(void **state) {
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char buffer[8];
        size_t length = 7;
        (void)setsid();
        enum kc_error error = tty_read_secret(PROMPT, buffer, sizeof buffer, &length);
        _exit(error == KC_NOT_FOUND && length == 7 ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void test_tty_tells_a_pipe_from_a_terminal(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int kept = dup(STDIN_FILENO);
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(kept >= 0 && master >= 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    assert_false(tty_is_terminal(TTY_INPUT));
    assert_int_equal(dup2(master, STDIN_FILENO), STDIN_FILENO);
    assert_true(tty_is_terminal(TTY_INPUT));
    assert_int_equal(dup2(kept, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(close(kept), 0);
    assert_int_equal(close(master), 0);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(close(ends[1]), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tty_reads_a_line_without_echo),
        cmocka_unit_test(test_tty_reads_a_line_with_echo),
        cmocka_unit_test(test_tty_refuses_a_line_that_is_too_long),
        cmocka_unit_test(test_tty_ends_at_end_of_file_and_at_a_signal),
        cmocka_unit_test(test_tty_asks_nobody_without_a_terminal),
        cmocka_unit_test(test_tty_tells_a_pipe_from_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
