/* SPDX-License-Identifier: MIT */
/*
 * Signals are blocked and read from a descriptor (signalfd(2)): no handler, so no global, and none
 * is lost between two looks. Programs are started by posix_spawn(3) with the signals as they were
 * before.
 */
#define _GNU_SOURCE
#include "platform/foreground.h"

#include "platform/clock.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static const int caught[] = {SIGINT, SIGQUIT, SIGTSTP, SIGWINCH, SIGCONT, SIGTERM, SIGHUP, SIGCHLD};
#define CAUGHT_COUNT    (sizeof caught / sizeof caught[0])

/* A shell's convention: 128 and the signal's number. */
#define CODE_OF_SIGNALS 128u

struct foreground {
    int signals;
    sigset_t before; /* the mask that children get */
    bool has_to_end; /* was seen while a program ran */
    bool was_resized;
};

enum kc_error foreground_open(struct foreground **ret_foreground) {
    sigset_t all;
    (void)sigemptyset(&all);
    for (size_t i = 0; i < CAUGHT_COUNT; i++) {
        (void)sigaddset(&all, caught[i]);
    }
    struct foreground *foreground = calloc(1, sizeof *foreground);
    if (foreground == NULL) {
        return KC_NO_MEMORY;
    }
    foreground->signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
    if (foreground->signals < 0) {
        free(foreground);
        return descriptor_error(errno);
    }
    (void)pthread_sigmask(SIG_BLOCK, &all, &foreground->before);
    /* Who ignores it is told of no child's end, and waits for ever. */
    (void)signal(SIGCHLD, SIG_DFL);
    *ret_foreground = foreground;
    return KC_OK;
}

void foreground_free(struct foreground *foreground) {
    if (foreground == NULL) {
        return;
    }
    (void)close(foreground->signals);
    (void)pthread_sigmask(SIG_SETMASK, &foreground->before, NULL);
    free(foreground);
}

/* 0: none is waiting. */
static int next_signal(const struct foreground *foreground) {
    struct signalfd_siginfo info;
    ssize_t length = 0;
    do {
        length = read(foreground->signals, &info, sizeof info);
    } while (length < 0 && errno == EINTR);
    return length == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

/* False: a signal that is no event. */
static bool event_of(int number, enum foreground_event *ret_event) {
    switch (number) {
    case SIGINT:
    case SIGQUIT:
        *ret_event = FOREGROUND_INTERRUPT;
        return true;
    case SIGTSTP:
        *ret_event = FOREGROUND_STOP;
        return true;
    case SIGWINCH:
    case SIGCONT: /* the window may have changed meanwhile */
        *ret_event = FOREGROUND_RESIZE;
        return true;
    case SIGTERM:
    case SIGHUP:
        *ret_event = FOREGROUND_END;
        return true;
    default:
        return false;
    }
}

static bool take_noted(struct foreground *foreground, enum foreground_event *ret_event) {
    if (foreground->has_to_end) {
        *ret_event = FOREGROUND_END;
        return true;
    }
    if (foreground->was_resized) {
        foreground->was_resized = false;
        *ret_event = FOREGROUND_RESIZE;
        return true;
    }
    return false;
}

enum kc_error foreground_wait(struct foreground *foreground, enum foreground_event *ret_event) {
    while (!take_noted(foreground, ret_event)) {
        int number = next_signal(foreground);
        if (number != 0) {
            if (event_of(number, ret_event)) {
                return KC_OK;
            }
            continue;
        }
        struct pollfd ends[] = {{.fd = foreground->signals, .events = POLLIN},
                                {.fd = STDIN_FILENO, .events = POLLIN}};
        if (poll(ends, 2, -1) < 0 && errno != EINTR) {
            return descriptor_error(errno);
        }
        if (ends[0].revents == 0 && ends[1].revents != 0) {
            *ret_event = FOREGROUND_INPUT;
            return KC_OK;
        }
    }
    return KC_OK;
}

void foreground_stop(struct foreground *foreground) {
    sigset_t stop;
    sigset_t mask;
    (void)sigemptyset(&stop);
    (void)sigaddset(&stop, SIGTSTP);
    (void)pthread_sigmask(SIG_UNBLOCK, &stop, &mask);
    (void)raise(SIGTSTP);
    (void)pthread_sigmask(SIG_SETMASK, &mask, NULL);
    foreground->was_resized = true;
}

static enum kc_error spawn_with(const struct foreground *foreground,
                                const posix_spawn_file_actions_t *actions, const char *const *argv,
                                pid_t *ret_child) {
    posix_spawnattr_t attributes;
    if (posix_spawnattr_init(&attributes) != 0) {
        return KC_NO_MEMORY;
    }
    (void)posix_spawnattr_setsigmask(&attributes, &foreground->before);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    /* POSIX promises not to touch them, though the type doesn't say so (exec, rationale). */
    int number =
        posix_spawn(ret_child, argv[0], actions, &attributes, (char *const *)argv, environ);
    (void)posix_spawnattr_destroy(&attributes);
    return number == 0 ? KC_OK : descriptor_error(number);
}

static unsigned code_of(int status) {
    return WIFEXITED(status) ? (unsigned)WEXITSTATUS(status)
                             : CODE_OF_SIGNALS + (unsigned)WTERMSIG(status);
}

/* What comes while a program runs is the program's; what concerns us, too, is noted. */
static void heed(struct foreground *foreground, int number, pid_t child) {
    switch (number) {
    case SIGTERM:
    case SIGHUP:
        foreground->has_to_end = true;
        (void)kill(child, number);
        break;
    case SIGTSTP:
        foreground_stop(foreground);
        break;
    case SIGWINCH:
    case SIGCONT:
        foreground->was_resized = true;
        break;
    default:
        break;
    }
}

static int wait_for(struct foreground *foreground, pid_t child) {
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        struct pollfd end = {.fd = foreground->signals, .events = POLLIN};
        (void)poll(&end, 1, -1);
        int number = next_signal(foreground);
        while (number != 0) {
            heed(foreground, number, child);
            number = next_signal(foreground);
        }
    }
    return status;
}

/* What the terminal sent just before the end was for the program, too. */
static void drain(struct foreground *foreground) {
    int number = next_signal(foreground);
    while (number != 0) {
        foreground->has_to_end |= number == SIGTERM || number == SIGHUP;
        foreground->was_resized |= number == SIGWINCH;
        number = next_signal(foreground);
    }
}

enum kc_error foreground_run(struct foreground *foreground, const char *const *argv,
                             unsigned *ret_code) {
    struct termios settings;
    pid_t child = -1;
    bool has_terminal = tcgetattr(STDIN_FILENO, &settings) == 0;
    enum kc_error error = spawn_with(foreground, NULL, argv, &child);
    if (error != KC_OK) {
        return error;
    }
    *ret_code = code_of(wait_for(foreground, child));
    drain(foreground);
    if (has_terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &settings);
    }
    return KC_OK;
}

/* Its output to `out`, and nothing else of ours. */
static enum kc_error spawn_reading(const struct foreground *foreground, const char *const *argv,
                                   int out, pid_t *ret_child) {
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = KC_NO_MEMORY;
    if (posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0 &&
        posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO) == 0 &&
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0) {
        error = spawn_with(foreground, &actions, argv, ret_child);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

static enum kc_error read_until(int pipe, uint64_t deadline_ms, char *buffer, size_t size) {
    size_t length = 0;
    while (length < size) {
        uint64_t now_ms = clock_monotonic_ms();
        struct pollfd end = {.fd = pipe, .events = POLLIN};
        if (now_ms >= deadline_ms) {
            return KC_TIMEOUT;
        }
        int ready = poll(&end, 1, (int)(deadline_ms - now_ms));
        ssize_t count = ready > 0 ? read(pipe, buffer + length, size - length) : -1;
        if (count == 0) {
            buffer[length] = '\0';
            return KC_OK;
        }
        if (ready > 0 && count < 0 && errno != EINTR) {
            return KC_IO;
        }
        length += count > 0 ? (size_t)count : 0;
    }
    return KC_TOO_BIG;
}

enum kc_error foreground_read(const struct foreground *foreground, const char *const *argv,
                              unsigned timeout_ms, char *buffer, size_t size) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return descriptor_error(errno);
    }
    KC_AUTO_DESCRIPTOR in = ends[0];
    KC_AUTO_DESCRIPTOR out = ends[1];
    pid_t child = -1;
    enum kc_error error = spawn_reading(foreground, argv, out, &child);
    if (error != KC_OK) {
        return error;
    }
    descriptor_close(&out);
    error = read_until(in, clock_monotonic_ms() + timeout_ms, buffer, size);
    if (error != KC_OK) {
        (void)kill(child, SIGKILL);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return error == KC_OK && code_of(status) != 0 ? KC_DENIED : error;
}
