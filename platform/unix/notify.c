/* SPDX-License-Identifier: MIT */
/*
 * Readiness. The service manager hears it by a datagram, the waiting shell by a pipe. The end
 * of that pipe is remembered in the environment, next to our own number, as LISTEN_FDS is: it
 * must outlive the call and the house has no mutable globals.
 */
#define _GNU_SOURCE
#include "platform/notify.h"

#include "platform/unix/descriptor.h"
#include "platform/unix/file_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define READY_VARIABLE "KEYCHAIN_AUTH_READY" /* "<pid> <descriptor>" */
#define MESSAGE_LIMIT  4096u

void notify_manager(const char *state) {
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (name == NULL || (name[0] != '/' && name[0] != '@')) {
        return;
    }
    size_t length = strlen(name);
    if (length < 2 || length >= sizeof address.sun_path) {
        return;
    }
    memcpy(address.sun_path, name, length);
    if (name[0] == '@') {
        address.sun_path[0] = '\0'; /* the abstract name space, unix(7) */
    }

    KC_AUTO_DESCRIPTOR channel = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (channel < 0) {
        return;
    }
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    /* Readiness is a courtesy: a manager that can't hear it will time out and say so. */
    (void)sendto(channel, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT,
                 (const struct sockaddr *)&address, size);
}

static enum kc_error open_log(const char *path, int *ret_log) {
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
    KC_AUTO_DESCRIPTOR log = open(path, flags, 0600);
    struct stat status;
    if (log < 0) {
        return errno == ENXIO || errno == EISDIR ? KC_UNSAFE : descriptor_error(errno);
    }
    if (fstat(log, &status) != 0) {
        return descriptor_error(errno);
    }
    if (!file_is_ours(&status)) {
        return KC_UNSAFE;
    }
    *ret_log = descriptor_take(&log);
    return KC_OK;
}

/* The process that was called: waits for one byte, the code, and the message behind it. */
static _Noreturn void wait_and_end(int pipe_end, int exit_failed) {
    char answer[1 + MESSAGE_LIMIT];
    size_t length = 0;
    while (length < sizeof answer) {
        ssize_t count = read(pipe_end, answer + length, sizeof answer - length);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            break;
        }
        length += (size_t)count;
    }
    if (length == 0) {
        _exit(exit_failed);
    }
    enum kc_error shown = descriptor_write(STDERR_FILENO, answer + 1, length - 1);
    (void)shown; /* a closed standard error changes nothing about how the daemon fares */
    _exit((unsigned char)answer[0]);
}

static enum kc_error become_background(int nowhere, int log, int ready) {
    char value[64];
    if (setsid() < 0) {
        return KC_INTERNAL;
    }
    if (dup2(nowhere, STDIN_FILENO) < 0 || dup2(nowhere, STDOUT_FILENO) < 0 ||
        dup2(log, STDERR_FILENO) < 0) {
        return descriptor_error(errno);
    }
    (void)snprintf(value, sizeof value, "%ld %d", (long)getpid(), ready);
    return setenv(READY_VARIABLE, value, 1) == 0 ? KC_OK : KC_NO_MEMORY;
}

/* A pipe whose ends are above the three standard ones, which are about to be replaced. */
static enum kc_error open_pipe(int *ret_reader, int *ret_writer) {
    int ends[2];
    if (pipe(ends) != 0) {
        return descriptor_error(errno);
    }
    *ret_reader = fcntl(ends[0], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    *ret_writer = fcntl(ends[1], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return *ret_reader >= 0 && *ret_writer >= 0 ? KC_OK : KC_BUSY;
}

/* What we were started with, which is whatever isn't close-on-exec: somebody may wait for the
 * other end of a pipe to close, and a daemon would hold it open for days. */
static void close_inherited(void) {
    DIR *directory = opendir("/dev/fd");
    if (directory == NULL) {
        return; /* a courtesy to whoever waits; the daemon works without it */
    }
    const struct dirent *entry = NULL;
    while ((entry = readdir(directory)) != NULL) {
        uint64_t number = 0;
        bool is_number = descriptor_parse_number(entry->d_name, strlen(entry->d_name), &number);
        if (!is_number || number <= STDERR_FILENO || number > INT32_MAX) {
            continue;
        }
        int flags = fcntl((int)number, F_GETFD);
        if (flags >= 0 && (flags & FD_CLOEXEC) == 0) {
            (void)close((int)number);
        }
    }
    (void)closedir(directory);
}

enum kc_error notify_detach(const char *log_path, int exit_failed) {
    KC_AUTO_DESCRIPTOR log = -1;
    KC_AUTO_DESCRIPTOR reader = -1;
    KC_AUTO_DESCRIPTOR writer = -1;
    KC_AUTO_DESCRIPTOR nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere < 0) {
        return descriptor_error(errno);
    }
    enum kc_error error = open_log(log_path, &log);
    if (error == KC_OK) {
        error = open_pipe(&reader, &writer);
    }
    if (error != KC_OK) {
        return error;
    }

    (void)fflush(NULL); /* or both processes would print what is buffered */
    pid_t child = fork();
    if (child < 0) {
        return errno == EAGAIN ? KC_BUSY : descriptor_error(errno);
    }
    if (child > 0) {
        descriptor_close(&writer);
        wait_and_end(reader, exit_failed);
    }
    close_inherited();
    error = become_background(nowhere, log, writer);
    if (error == KC_OK) {
        (void)descriptor_take(&writer); /* notify_ready() closes it */
    }
    return error;
}

/* The descriptor that notify_detach() of this very process remembered, or -1. */
static int remembered_pipe(void) {
    const char *value = getenv(READY_VARIABLE);
    uint64_t pid = 0;
    uint64_t descriptor = 0;
    struct stat status;
    const char *space = value == NULL ? NULL : strchr(value, ' ');
    if (space == NULL || !descriptor_parse_number(value, (size_t)(space - value), &pid) ||
        !descriptor_parse_number(space + 1, strlen(space + 1), &descriptor) ||
        pid != (uint64_t)getpid() || descriptor <= STDERR_FILENO || descriptor > INT32_MAX) {
        return -1;
    }
    bool is_pipe = fstat((int)descriptor, &status) == 0 && S_ISFIFO(status.st_mode);
    return is_pipe ? (int)descriptor : -1;
}

void notify_ready(int exit_code, const char *message) {
    KC_AUTO_DESCRIPTOR writer = remembered_pipe();
    if (writer < 0) {
        return;
    }
    (void)unsetenv(READY_VARIABLE);
    size_t length = strlen(message);
    unsigned char code = (unsigned char)exit_code;
    enum kc_error error = descriptor_write(writer, &code, sizeof code);
    if (error == KC_OK) {
        error = descriptor_write(writer, message, length < MESSAGE_LIMIT ? length : MESSAGE_LIMIT);
    }
    (void)error; /* nobody waits any more: then nobody needs to know */
}
