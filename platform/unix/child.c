/* SPDX-License-Identifier: MIT */
/* posix_spawn(3) and two pipes. Both are non-blocking on our side: a deadline is poll's. */
#define _GNU_SOURCE
#include "platform/child.h"

#include "platform/clock.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long it may take to end by itself once its pipes are closed. */
#define END_WAIT_MS 500

struct child {
    pid_t pid;
    int to;
    int from;
};

static enum kc_error wait_for(int descriptor, short events, uint64_t deadline_ms) {
    for (;;) {
        uint64_t now_ms = clock_monotonic_ms();
        struct pollfd watched = {.fd = descriptor, .events = events};
        if (now_ms >= deadline_ms) {
            return KC_TIMEOUT;
        }
        int ready = poll(&watched, 1, (int)(deadline_ms - now_ms));
        if (ready > 0) {
            return KC_OK;
        }
        if (ready < 0 && errno != EINTR) {
            return KC_IO;
        }
    }
}

/* The child's ends become its standard streams; ours close when it executes. */
static int spawn(const char *path, const char *const *arguments, int input, int output,
                 pid_t *ret_pid) {
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) {
        return error;
    }
    error = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (error == 0) {
        error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    }
    if (error == 0) {
        error = posix_spawn(ret_pid, path, &actions, NULL, (char *const *)arguments, environ);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

enum kc_error child_start(const char *path, const char *const *arguments,
                          struct child **ret_child) {
    int input[2] = {-1, -1};
    int output[2] = {-1, -1};
    struct child *child = calloc(1, sizeof *child);
    if (child == NULL) {
        return KC_NO_MEMORY;
    }
    child->pid = -1;
    int error = pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0 ? errno : 0;
    if (error == 0) {
        error = spawn(path, arguments, input[0], output[1], &child->pid);
    }
    descriptor_close(&input[0]);
    descriptor_close(&output[1]);
    child->to = input[1];
    child->from = output[0];
    if (error == 0 && (fcntl(child->to, F_SETFL, O_NONBLOCK) != 0 ||
                       fcntl(child->from, F_SETFL, O_NONBLOCK) != 0)) {
        error = errno;
    }
    if (error != 0) {
        child_free(child);
        return error == ENOENT || error == EACCES ? KC_NOT_FOUND : descriptor_error(error);
    }
    *ret_child = child;
    return KC_OK;
}

enum kc_error child_write(struct child *child, const void *bytes, size_t length,
                          unsigned timeout_ms) {
    const char *next = bytes;
    uint64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction before;
    (void)sigaction(SIGPIPE, &ignore, &before);
    enum kc_error error = KC_OK;
    while (error == KC_OK && length > 0) {
        ssize_t written = write(child->to, next, length);
        if (written >= 0) {
            next += written;
            length -= (size_t)written;
        } else if (errno == EAGAIN) {
            error = wait_for(child->to, POLLOUT, deadline_ms);
        } else if (errno != EINTR) {
            error = errno == EPIPE ? KC_END : KC_IO;
        }
    }
    (void)sigaction(SIGPIPE, &before, NULL);
    return error;
}

enum kc_error child_read(struct child *child, void *buffer, size_t size, unsigned timeout_ms,
                         size_t *ret_length) {
    uint64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
    for (;;) {
        ssize_t got = read(child->from, buffer, size);
        if (got > 0) {
            *ret_length = (size_t)got;
            return KC_OK;
        }
        if (got == 0) {
            return KC_END;
        }
        enum kc_error error = errno == EAGAIN  ? wait_for(child->from, POLLIN, deadline_ms)
                              : errno == EINTR ? KC_OK
                                               : KC_IO;
        if (error != KC_OK) {
            return error;
        }
    }
}

static bool has_ended(pid_t pid) {
    return waitpid(pid, NULL, WNOHANG) != 0;
}

void child_free(struct child *child) {
    if (child == NULL) {
        return;
    }
    descriptor_close(&child->to);
    descriptor_close(&child->from);
    uint64_t deadline_ms = clock_monotonic_ms() + END_WAIT_MS;
    bool is_there = child->pid > 0;
    while (is_there && !has_ended(child->pid)) {
        (void)poll(NULL, 0, 10);
        if (clock_monotonic_ms() >= deadline_ms) {
            (void)kill(child->pid, SIGKILL);
            (void)waitpid(child->pid, NULL, 0);
            is_there = false;
        }
    }
    free(child);
}
