/* SPDX-License-Identifier: MIT */
/* Opens what is near, and what is remembered. */
#define _GNU_SOURCE
#include "platform/linux/local_open.h"

#include "platform/linux/mounts.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* openat2(2); the C library's headers know neither the call nor, all of them, its flags. */
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#define RESOLVE_NO_PROC_LINKS 0x02u
#define RESOLVE_ONLY_CACHED   0x20u

/* A rename anywhere in the system makes the quick walk give up now and then. */
#define TRIES                 4

struct how {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
};

static enum kc_error open_error(int number) {
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return KC_NOT_FOUND;
    case ENOMEM:
        return KC_NO_MEMORY;
    default:
        return KC_UNSAFE;
    }
}

/* KC_AGAIN: the kernel would have to ask somebody. */
static enum kc_error open_remembered(int directory, const char *path, int *ret_place) {
    struct how how = {.flags = O_PATH | O_CLOEXEC,
                      .resolve = RESOLVE_ONLY_CACHED | RESOLVE_NO_PROC_LINKS};
    for (int i = 0; i < TRIES; i++) {
        int place = (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
        if (place >= 0) {
            *ret_place = place;
            return KC_OK;
        }
        if (errno != EAGAIN) {
            /* An older kernel, or a filter that doesn't know the call. */
            bool is_unknown = errno == ENOSYS || errno == EINVAL || errno == EPERM;
            return is_unknown ? KC_AGAIN : open_error(errno);
        }
    }
    return KC_AGAIN;
}

/* Whether names below this handle may be asked for. */
static enum kc_error check_mount(int place, struct mount *known) {
    struct mount mount;
    const char *why = NULL;
    enum kc_error error = mount_of_known(place, known, &mount, &why);
    if (error == KC_OK) {
        *known = mount;
    }
    return error == KC_OK || error == KC_NO_MEMORY ? error : KC_UNSAFE;
}

static enum kc_error step(int *place, const char *name, bool is_last) {
    int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC | (is_last ? 0 : O_DIRECTORY);
    int next = openat(*place, name, flags);
    if (next < 0) {
        return open_error(errno);
    }
    descriptor_close(place);
    *place = next;
    return KC_OK;
}

static enum kc_error walk(int directory, const char *path, int *ret_place) {
    char names[PATH_MAX];
    struct mount known = {0};
    if (strlen(path) >= sizeof names) {
        return KC_UNSAFE;
    }
    KC_AUTO_DESCRIPTOR place = path[0] == '/' ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)
                                              : fcntl(directory, F_DUPFD_CLOEXEC, 0);
    if (place < 0) {
        return descriptor_error(errno);
    }
    memcpy(names, path, strlen(path) + 1);
    char *next = names;
    for (;;) {
        next += strspn(next, "/");
        if (*next == '\0') {
            break;
        }
        enum kc_error error = check_mount(place, &known);
        if (error != KC_OK) {
            return error;
        }
        char *end = next + strcspn(next, "/");
        bool is_last = end[strspn(end, "/")] == '\0';
        char *after = *end == '\0' ? end : end + 1;
        *end = '\0';
        error = step(&place, next, is_last);
        if (error != KC_OK) {
            return error;
        }
        next = after;
    }
    *ret_place = descriptor_take(&place);
    return KC_OK;
}

enum kc_error local_walk(const char *path, int *ret_place) {
    return path[0] == '/' ? walk(AT_FDCWD, path, ret_place) : KC_UNSAFE;
}

enum kc_error local_open_at(int directory, const char *path, int *ret_place) {
    enum kc_error error = open_remembered(directory, path, ret_place);
    return error == KC_AGAIN ? walk(directory, path, ret_place) : error;
}

enum kc_error local_open(const char *path, int *ret_place) {
    return path[0] == '/' ? local_open_at(AT_FDCWD, path, ret_place) : KC_UNSAFE;
}
