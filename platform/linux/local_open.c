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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* openat2(2); the C library's headers know neither the call nor, all of them, its flags. */
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#define RESOLVE_NO_PROC_LINKS 0x02u
#define RESOLVE_ONLY_CACHED   0x20u

#define LINKS_MAX             8 /* symbolic links in one name */

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

struct walk {
    int place; /* as far as we have come */
    struct mount known;
    unsigned links_left; /* symbolic links that may still be followed */
};

/* Without asking the server of a mount that begins here. */
static mode_t kind_of(int place) {
    struct statx status;
    if (statx(place, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &status) != 0) {
        return 0;
    }
    return status.stx_mode & S_IFMT;
}

static enum kc_error walk_on(struct walk *walk, const char *path);

/* A link is on the mount of the directory that it is in. */
static enum kc_error follow(struct walk *walk, int link) {
    char target[PATH_MAX];
    if (walk->links_left == 0) {
        return KC_UNSAFE;
    }
    walk->links_left--;
    ssize_t length = readlinkat(link, "", target, sizeof target);
    if (length <= 0 || (size_t)length == sizeof target) {
        return KC_UNSAFE;
    }
    target[length] = '\0';
    return walk_on(walk, target);
}

static enum kc_error step(struct walk *walk, const char *name, bool is_last) {
    enum kc_error error = check_mount(walk->place, &walk->known);
    if (error != KC_OK) {
        return error;
    }
    KC_AUTO_DESCRIPTOR next = openat(walk->place, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (next < 0) {
        return open_error(errno);
    }
    mode_t kind = kind_of(next);
    if (kind == S_IFLNK) {
        return follow(walk, next);
    }
    if (kind != S_IFDIR && !is_last) {
        return KC_NOT_FOUND;
    }
    descriptor_close(&walk->place);
    walk->place = descriptor_take(&next);
    return KC_OK;
}

static enum kc_error begin(struct walk *walk, const char *path) {
    if (path[0] == '/') {
        descriptor_close(&walk->place);
        walk->place = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    return walk->place < 0 ? descriptor_error(errno) : KC_OK;
}

static enum kc_error walk_on(struct walk *walk, const char *path) {
    char name[NAME_MAX + 1];
    enum kc_error error = begin(walk, path);
    const char *next = path + strspn(path, "/");
    while (error == KC_OK && *next != '\0') {
        size_t length = strcspn(next, "/");
        const char *after = next + length + strspn(next + length, "/");
        if (length >= sizeof name) {
            return KC_NOT_FOUND;
        }
        memcpy(name, next, length);
        name[length] = '\0';
        error = step(walk, name, *after == '\0');
        next = after;
    }
    return error;
}

enum kc_error local_walk(int directory, const char *path, int *ret_place) {
    struct walk walk = {.place = -1, .links_left = LINKS_MAX};
    if (*path == '\0') {
        return KC_NOT_FOUND;
    }
    if (path[0] != '/') {
        walk.place = fcntl(directory, F_DUPFD_CLOEXEC, 0);
    }
    enum kc_error error = walk_on(&walk, path);
    KC_AUTO_DESCRIPTOR place = walk.place;
    if (error == KC_OK) {
        *ret_place = descriptor_take(&place);
    }
    return error;
}

enum kc_error local_open_at(int directory, const char *path, int *ret_place) {
    enum kc_error error = open_remembered(directory, path, ret_place);
    return error == KC_AGAIN ? local_walk(directory, path, ret_place) : error;
}

enum kc_error local_open(const char *path, int *ret_place) {
    return path[0] == '/' ? local_open_at(AT_FDCWD, path, ret_place) : KC_UNSAFE;
}
