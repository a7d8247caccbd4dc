/* SPDX-License-Identifier: MIT */
/*
 * What happens while a person is waited for, and programs that are run in between.
 * links: platform
 */
#define _GNU_SOURCE
#include "platform/foreground.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define SIZE 64

static enum kc_error read_shell(const char *command, unsigned timeout_ms, char buffer[SIZE]) {
    KC_AUTO(foreground) foreground = NULL;
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};
    assert_int_equal(foreground_open(&foreground), KC_OK);
    return foreground_read(foreground, argv, timeout_ms, buffer, SIZE);
}

static void test_foreground_reads_what_a_program_prints(void **state) {
    (void)state;
    char text[SIZE] = "before";
    assert_int_equal(read_shell("echo one; echo two; echo three >&2", 10000, text), KC_OK);
    assert_string_equal(text, "one\ntwo\n");
    assert_int_equal(read_shell("cat", 10000, text), KC_OK); /* its input is empty */
    assert_string_equal(text, "");
    assert_int_equal(read_shell("printf %063d 0", 10000, text), KC_OK);
    assert_int_equal(strlen(text), SIZE - 1);
}

static void test_foreground_reads_no_more_than_it_is_ready_for(void **state) {
    (void)state;
    char text[SIZE];
    assert_int_equal(read_shell("printf %064d 0", 10000, text), KC_TOO_BIG);
    assert_int_equal(read_shell("exec yes", 10000, text), KC_TOO_BIG);
    assert_int_equal(read_shell("exec sleep 60", 50, text), KC_TIMEOUT);
    assert_int_equal(read_shell("echo x; exit 3", 10000, text), KC_DENIED);
}

static void test_foreground_runs_with_our_streams_and_tells_the_code(void **state) {
    (void)state;
    KC_AUTO(foreground) foreground = NULL;
    unsigned code = 0;
    const char *const seven[] = {"/bin/sh", "-c", "exit 7", NULL};
    const char *const killed[] = {"/bin/sh", "-c", "kill -TERM $$", NULL};
    const char *const none[] = {"/no/such/program", NULL};
    assert_int_equal(foreground_open(&foreground), KC_OK);
    assert_int_equal(foreground_run(foreground, seven, &code), KC_OK);
    assert_int_equal(code, 7);
    /* Signals that we block end it all the same. */
    assert_int_equal(foreground_run(foreground, killed, &code), KC_OK);
    assert_int_equal(code, 128 + SIGTERM);
    assert_int_equal(foreground_run(foreground, none, &code), KC_NOT_FOUND);
    char text[SIZE];
    assert_int_equal(foreground_read(foreground, none, 1000, text, SIZE), KC_NOT_FOUND);
}

static enum foreground_event next(struct foreground *foreground) {
    enum foreground_event event = FOREGROUND_INPUT;
    assert_int_equal(foreground_wait(foreground, &event), KC_OK);
    return event;
}

static void test_foreground_signals_are_events(void **state) {
    (void)state;
    KC_AUTO(foreground) foreground = NULL;
    assert_int_equal(foreground_open(&foreground), KC_OK);
    (void)raise(SIGINT);
    assert_int_equal(next(foreground), FOREGROUND_INTERRUPT);
    (void)raise(SIGWINCH);
    assert_int_equal(next(foreground), FOREGROUND_RESIZE);
    (void)raise(SIGTSTP);
    assert_int_equal(next(foreground), FOREGROUND_STOP);
    (void)raise(SIGTERM);
    assert_int_equal(next(foreground), FOREGROUND_END);
}

/* A child that ended is no event, and what was typed comes behind a signal. */
static void test_foreground_keys_come_behind_signals(void **state) {
    (void)state;
    KC_AUTO(foreground) foreground = NULL;
    int ends[2];
    char text[SIZE];
    const char *const nothing[] = {"/bin/true", NULL};
    int before = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_true(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
    assert_int_equal(foreground_open(&foreground), KC_OK);
    assert_int_equal(foreground_read(foreground, nothing, 10000, text, SIZE), KC_OK);
    assert_int_equal(write(ends[1], "x", 1), 1);
    (void)raise(SIGINT);
    assert_int_equal(next(foreground), FOREGROUND_INTERRUPT);
    assert_int_equal(next(foreground), FOREGROUND_INPUT);
    assert_true(dup2(before, STDIN_FILENO) == STDIN_FILENO);
    (void)close(before);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

/* While a program runs Ctrl-C is its own; who asks us to end asks it, too. */
static void test_foreground_hands_an_end_on(void **state) {
    (void)state;
    KC_AUTO(foreground) foreground = NULL;
    unsigned code = 0;
    const char *const interrupts[] = {"/bin/sh", "-c", "kill -INT $PPID; exit 5", NULL};
    const char *const ends[] = {"/bin/sh", "-c", "kill -TERM $PPID; exec sleep 60", NULL};
    assert_int_equal(foreground_open(&foreground), KC_OK);
    assert_int_equal(foreground_run(foreground, interrupts, &code), KC_OK);
    assert_int_equal(code, 5);
    (void)raise(SIGWINCH);
    assert_int_equal(next(foreground), FOREGROUND_RESIZE);
    assert_int_equal(foreground_run(foreground, ends, &code), KC_OK);
    assert_int_equal(code, 128 + SIGTERM);
    assert_int_equal(next(foreground), FOREGROUND_END);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_foreground_reads_what_a_program_prints),
        cmocka_unit_test(test_foreground_reads_no_more_than_it_is_ready_for),
        cmocka_unit_test(test_foreground_runs_with_our_streams_and_tells_the_code),
        cmocka_unit_test(test_foreground_signals_are_events),
        cmocka_unit_test(test_foreground_keys_come_behind_signals),
        cmocka_unit_test(test_foreground_hands_an_end_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
