/* SPDX-License-Identifier: MIT */
/*
 * A question at the controlling terminal, answered with or without echo. No signal handler and no
 * global: the signals that would end us are blocked, looked for while we wait, and delivered
 * after the terminal has been put back.
 */
#define _GNU_SOURCE
#include "platform/tty.h"

#include "platform/secmem.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* How late a blocked signal may be noticed. */
#define SIGNAL_CHECK_MS 100

/* The line discipline silently drops what is typed behind this many bytes of a line; a line
 * that reaches it may have been cut (N_TTY_BUF_SIZE less the newline, n_tty.c). */
#define LINE_MAX_BYTES  4094u

static const int ending_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGALRM};
#define ENDING_COUNT (sizeof ending_signals / sizeof ending_signals[0])

bool tty_is_terminal(enum tty_stream stream) {
    switch (stream) {
    case TTY_INPUT:
        return isatty(STDIN_FILENO) == 1;
    case TTY_OUTPUT:
        return isatty(STDOUT_FILENO) == 1;
    case TTY_ERRORS:
        return isatty(STDERR_FILENO) == 1;
    }
    return false;
}

static void block_ending(sigset_t *ret_before) {
    sigset_t ending;
    (void)sigemptyset(&ending);
    for (size_t i = 0; i < ENDING_COUNT; i++) {
        (void)sigaddset(&ending, ending_signals[i]);
    }
    (void)pthread_sigmask(SIG_BLOCK, &ending, ret_before);
}

static bool signal_waits(const sigset_t *before) {
    sigset_t pending;
    (void)sigpending(&pending);
    for (size_t i = 0; i < ENDING_COUNT; i++) {
        /* What our caller had blocked already is the caller's affair. */
        if (sigismember(&pending, ending_signals[i]) == 1 &&
            sigismember(before, ending_signals[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* KC_END: end of file, hang-up or a signal. */
static enum kc_error read_byte(int terminal, const sigset_t *before, char *ret_byte) {
    for (;;) {
        if (signal_waits(before)) {
            return KC_END;
        }
        struct pollfd watched = {.fd = terminal, .events = POLLIN};
        if (poll(&watched, 1, SIGNAL_CHECK_MS) <= 0) {
            continue;
        }
        ssize_t count = read(terminal, ret_byte, 1);
        if (count == 1) {
            return KC_OK;
        }
        if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
            return KC_END;
        }
    }
}

/* Reads to the end of the line even when it is too long: the rest must not become somebody
 * else's input. */
static enum kc_error read_line(int terminal, const sigset_t *before, char *buffer, size_t size,
                               size_t *ret_length) {
    size_t length = 0;
    for (;;) {
        char byte = '\0';
        enum kc_error error = read_byte(terminal, before, &byte);
        if (error != KC_OK) {
            return error;
        }
        if (byte == '\n') {
            break;
        }
        if (length < size) {
            buffer[length] = byte;
        }
        length++;
        secmem_wipe(&byte, sizeof byte);
    }
    if (length > size || length >= LINE_MAX_BYTES) {
        return KC_TOO_BIG;
    }
    *ret_length = length;
    return KC_OK;
}

struct question {
    const char *prompt;
    bool with_echo;
};

/* The newline is echoed in any case: it shows that the line was taken. */
static struct termios settings_for(const struct question *question, const struct termios *before) {
    static const tcflag_t echo = ECHO | ECHOE | ECHOK;
    struct termios settings = *before;
    settings.c_lflag &= ~echo;
    settings.c_lflag |= ICANON | ISIG | ECHONL | (question->with_echo ? echo : 0);
    return settings;
}

static enum kc_error ask(int terminal, const struct question *question, char *buffer, size_t size,
                         size_t *ret_length) {
    struct termios before;
    if (tcgetattr(terminal, &before) != 0) {
        return KC_NOT_FOUND;
    }
    struct termios asking = settings_for(question, &before);

    sigset_t mask;
    block_ending(&mask);
    enum kc_error error = KC_IO;
    if (tcsetattr(terminal, TCSAFLUSH, &asking) == 0) {
        error = descriptor_write(terminal, question->prompt, strlen(question->prompt));
        if (error == KC_OK) {
            error = read_line(terminal, &mask, buffer, size, ret_length);
        }
        if (error == KC_END) {
            /* No newline was typed that would have ended the prompt's line. */
            enum kc_error shown = descriptor_write(terminal, "\n", 1);
            (void)shown;
        }
        (void)tcsetattr(terminal, TCSAFLUSH, &before);
    }
    (void)pthread_sigmask(SIG_SETMASK, &mask, NULL); /* here a waiting signal is delivered */
    return error;
}

bool tty_is_ours(void) {
    KC_AUTO_DESCRIPTOR terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
    return terminal >= 0 && tcgetpgrp(terminal) == getpgrp();
}

static enum kc_error ask_terminal(const struct question *question, char *buffer, size_t size,
                                  size_t *ret_length) {
    KC_AUTO_DESCRIPTOR terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0) {
        return KC_NOT_FOUND;
    }
    enum kc_error error = ask(terminal, question, buffer, size, ret_length);
    if (error != KC_OK) {
        secmem_wipe(buffer, size);
    }
    return error;
}

enum kc_error tty_read_secret(const char *prompt, char *buffer, size_t size, size_t *ret_length) {
    const struct question question = {.prompt = prompt};
    return ask_terminal(&question, buffer, size, ret_length);
}

enum kc_error tty_read_line(const char *prompt, char *buffer, size_t size, size_t *ret_length) {
    const struct question question = {.prompt = prompt, .with_echo = true};
    return ask_terminal(&question, buffer, size, ret_length);
}
