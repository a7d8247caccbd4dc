/* SPDX-License-Identifier: MIT */
/*
 * Pinning a process and asking whether it still is the one. A number is used once, to open
 * handles; whether it meant the same process throughout is what the pidfd says at the end.
 */
#define _GNU_SOURCE
#include "platform/linux/process_internal.h"

#include "platform/check.h"
#include "platform/unix/descriptor.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* pidfd_open(2) has this number on every architecture (Linux 5.3, asm-generic/unistd.h); the
 * C library's headers may be older than the kernel. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

/* status grows with the supplementary groups: 65,536 of them, 11 bytes each (setgroups(2)). */
#define TEXT_LIMIT (1024u * 1024u)

static bool has_any_ended(const struct process *const *processes, size_t count) {
    struct pollfd watched[PROCESS_CHECK_MAX];
    for (size_t i = 0; i < count; i++) {
        watched[i] = (struct pollfd){.fd = processes[i]->handle, .events = POLLIN};
    }
    /* A poll that fails proves no life. */
    return poll(watched, count, 0) != 0 && check_is_on("alive");
}

bool process_has_ended(const struct process *process) {
    return has_any_ended(&process, 1);
}

enum kc_error process_look_error(const struct process *process, int number) {
    switch (number) {
    case ESRCH:
    case ENOENT:
    case EACCES:
    case EPERM:
        /* A number that ended meanwhile fails in all these ways. If it lives, we may not look:
         * it is set-id or non-dumpable, or /proc is mounted with hidepid. */
        return process_has_ended(process) ? KC_END : KC_UNSAFE;
    default:
        return descriptor_error(number);
    }
}

static enum kc_error open_directory(struct process *process) {
    char path[sizeof "/proc/" + 20];
    (void)snprintf(path, sizeof path, "/proc/%llu", (unsigned long long)process->number);
    process->directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return process->directory < 0 ? process_look_error(process, errno) : KC_OK;
}

enum kc_error process_pin_memory(struct process *process) {
    process->maps = openat(process->directory, "maps", O_RDONLY | O_CLOEXEC);
    if (process->maps < 0 && errno == ESRCH) {
        return KC_END; /* a process gives up its memory some time before it has ended */
    }
    return process->maps < 0 ? process_look_error(process, errno) : KC_OK;
}

enum kc_error process_read_stat(const struct process *process, struct process_stat *ret_stat) {
    KC_AUTO_TEXT text = NULL;
    size_t length = 0;
    enum kc_error error = process_read_text(process, "stat", &text, &length);
    return error == KC_OK ? process_parse_stat(text, ret_stat) : error;
}

static enum kc_error read_origin(struct process *process) {
    struct process_stat stat;
    struct stat status;
    enum kc_error error = process_read_stat(process, &stat);
    if (error != KC_OK) {
        return error;
    }
    /* proc(5): the owner of /proc/PID is the effective user, or root where we may not look. */
    if (fstat(process->directory, &status) != 0) {
        return process_look_error(process, errno);
    }
    process->start_time = stat.start_time;
    process->origin = (struct process_origin){.parent = stat.parent, .user = status.st_uid};
    return KC_OK;
}

/* Where it came from: from the handle, or from its directory on an older kernel. */
static enum kc_error find_origin(struct process *process) {
    enum kc_error error = process_ask_origin(process, &process->origin);
    return error == KC_UNSUPPORTED ? read_origin(process) : error;
}

static enum kc_error look(struct process *process) {
    enum kc_error error = open_directory(process);
    if (error == KC_OK) {
        error = process_pin_memory(process);
    }
    if (error != KC_OK && (error != KC_UNSAFE || check_is_on("look"))) {
        return error;
    }
    /* Ours can't be opened: it is root's, as we are non-dumpable. code_look() misses it. */
    process->pagemap = openat(process->directory, "pagemap", O_RDONLY | O_CLOEXEC);
    error = find_origin(process);
    /* Alive now means that the number was not given to anybody else while we opened by it. */
    return error == KC_OK && process_has_ended(process) ? KC_END : error;
}

static enum kc_error process_new(int *take_handle, uint64_t number, struct process **ret_process) {
    KC_AUTO_DESCRIPTOR handle = descriptor_take(take_handle);
    struct process *process = calloc(1, sizeof *process);
    if (process == NULL) {
        return KC_NO_MEMORY;
    }
    process->number = number;
    process->handle = descriptor_take(&handle);
    process->directory = -1;
    process->maps = -1;
    process->pagemap = -1;
    *ret_process = process;
    return KC_OK;
}

enum kc_error process_pin_handle(int *take_handle, uint64_t number, struct process **ret_process) {
    KC_AUTO(process) process = NULL;
    enum kc_error error = process_new(take_handle, number, &process);
    if (error == KC_OK) {
        error = look(process);
    }
    if (error != KC_OK) {
        return error;
    }
    *ret_process = process;
    process = NULL;
    return KC_OK;
}

enum kc_error process_pin_bare(uint64_t number, struct process **ret_process) {
    KC_AUTO_DESCRIPTOR handle = -1;
    KC_AUTO(process) process = NULL;
    enum kc_error error = process_open_handle(number, &handle);
    if (error == KC_OK) {
        error = process_new(&handle, number, &process);
    }
    if (error == KC_OK) {
        error = open_directory(process);
    }
    if (error == KC_OK) {
        error = find_origin(process);
    }
    if (error != KC_OK) {
        return error;
    }
    *ret_process = process;
    process = NULL;
    return KC_OK;
}

enum kc_error process_open_handle(uint64_t number, int *ret_handle) {
    if (number == 0 || number > INT_MAX) {
        return KC_END;
    }
    int handle = (int)syscall(SYS_pidfd_open, (pid_t)number, 0u);
    if (handle < 0) {
        switch (errno) {
        case EINVAL: /* the number of a thread */
        case ENOENT:
            return KC_END;
        case ENOSYS:
        case EPERM: /* a seccomp filter that doesn't know the call */
            return KC_UNSUPPORTED;
        default:
            return descriptor_error(errno);
        }
    }
    *ret_handle = handle;
    return KC_OK;
}

enum kc_error process_pin(uint64_t number, struct process **ret_process) {
    KC_AUTO_DESCRIPTOR handle = -1;
    enum kc_error error = process_open_handle(number, &handle);
    return error == KC_OK ? process_pin_handle(&handle, number, ret_process) : error;
}

uint64_t process_number(const struct process *process) {
    return process->number;
}

uint64_t process_parent_number(const struct process *process) {
    return process->origin.parent;
}

enum kc_error process_seat(const struct process *process, struct process_seat *ret_seat) {
    struct process_stat stat;
    enum kc_error error = process_read_stat(process, &stat);
    if (error == KC_OK && process_has_ended(process)) {
        error = KC_END;
    }
    if (error == KC_OK) {
        *ret_seat = (struct process_seat){.session = stat.session, .terminal = stat.terminal};
    }
    return error;
}

enum kc_error process_user(const struct process *process, uint64_t *ret_user) {
    /* proc(5): the owner of /proc/PID is the effective user, or root where we may not look, and
     * there is no pin then. */
    struct stat status;
    if (fstat(process->directory, &status) != 0) {
        return process_look_error(process, errno);
    }
    if (process_has_ended(process)) {
        return KC_END;
    }
    *ret_user = status.st_uid;
    return KC_OK;
}

static enum kc_error check_memory(const struct process *process) {
    char first;
    /* Offset 0 makes the kernel start afresh; one byte makes it describe one mapping only. */
    ssize_t count = pread(process->maps, &first, 1, 0);
    if (count == 1) {
        return KC_OK;
    }
    if (process_has_ended(process)) {
        return KC_END;
    }
    if (!check_is_on("exec_pin")) {
        return KC_OK;
    }
    return count == 0 || errno == ESRCH ? KC_CHANGED : descriptor_error(errno);
}

enum kc_error process_check(const struct process *process) {
    return process_check_all(&process, 1);
}

enum kc_error process_check_all(const struct process *const *processes, size_t count) {
    assert(count <= PROCESS_CHECK_MAX);
    enum kc_error error = has_any_ended(processes, count) ? KC_END : KC_OK;
    for (size_t i = 0; error == KC_OK && i < count; i++) {
        error = check_memory(processes[i]);
    }
    return error;
}

enum kc_error process_read_text(const struct process *process, const char *name, char **ret_text,
                                size_t *ret_length) {
    KC_AUTO_DESCRIPTOR file = openat(process->directory, name, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return process_look_error(process, errno);
    }
    return descriptor_read_text(file, TEXT_LIMIT, ret_text, ret_length);
}

enum kc_error process_read_pin(const struct process *process, size_t limit, char **ret_text,
                               size_t *ret_length) {
    size_t length = 0;
    if (lseek(process->maps, 0, SEEK_SET) != 0) {
        return descriptor_error(errno);
    }
    enum kc_error error = descriptor_read_text(process->maps, limit, ret_text, &length);
    if (error == KC_OK && length == 0) {
        free(*ret_text);
        *ret_text = NULL;
        return process_has_ended(process) ? KC_END : KC_CHANGED;
    }
    *ret_length = length;
    return error;
}

enum kc_error process_arguments(const struct process *process, char *buffer, size_t size,
                                size_t *ret_length) {
    KC_AUTO_DESCRIPTOR file = openat(process->directory, "cmdline", O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return process_look_error(process, errno);
    }
    /* One read gives all there is, up to `size`: the kernel goes from page to page until it has
     * that, or comes to the end, or to what can't be read (its fs/proc/base.c, get_mm_cmdline). */
    ssize_t count = read(file, buffer, size);
    if (count < 0) {
        return process_look_error(process, errno);
    }
    size_t length = (size_t)count;
    /* A process may write over its own arguments; the last one gets its NUL all the same. */
    if (length > 0 && buffer[length - 1] != '\0') {
        length += length < size ? 1 : 0;
        buffer[length - 1] = '\0';
    }
    *ret_length = length;
    return KC_OK;
}

void process_free(struct process *process) {
    if (process == NULL) {
        return;
    }
    descriptor_close(&process->pagemap);
    descriptor_close(&process->maps);
    descriptor_close(&process->directory);
    descriptor_close(&process->handle);
    free(process);
}
