/* SPDX-License-Identifier: MIT */
/* Through /proc/self/exe, which the kernel writes; argv[0] is anybody's. */
#define _GNU_SOURCE
#include "platform/program.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Cuts the file's own name off `path`, and looks beside it. */
static enum kc_error find_beside(char *path, const char *relative, char **ret_path) {
    char joined[2 * PATH_MAX];
    char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return KC_NOT_FOUND;
    }
    *slash = '\0';
    int written = snprintf(joined, sizeof joined, "%s/%s", path, relative);
    if (written < 0 || (size_t)written >= sizeof joined) {
        return KC_NOT_FOUND;
    }
    char *found = realpath(joined, NULL);
    if (found == NULL) {
        return errno == ENOMEM ? KC_NO_MEMORY : KC_NOT_FOUND;
    }
    *ret_path = found;
    return KC_OK;
}

enum kc_error program_beside(const char *relative, char **ret_path) {
    char own[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    if (length <= 0) {
        return KC_IO;
    }
    own[length] = '\0';
    return find_beside(own, relative, ret_path);
}

enum kc_error program_beside_library(const void *inside, const char *relative, char **ret_path) {
    char own[PATH_MAX];
    Dl_info found;
    if (dladdr(inside, &found) == 0 || found.dli_fname == NULL) {
        return KC_NOT_FOUND;
    }
    int length = snprintf(own, sizeof own, "%s", found.dli_fname);
    return length < 0 || (size_t)length >= sizeof own ? KC_NOT_FOUND
                                                      : find_beside(own, relative, ret_path);
}

bool program_is_there(const char *path) {
    return access(path, X_OK) == 0;
}

enum kc_error program_set_variable(const char *name, const char *value) {
    return setenv(name, value, 1) == 0 ? KC_OK : KC_NO_MEMORY;
}

enum kc_error program_become(const char *const *arguments) {
    /* execvp() changes none of them; its type is older than const. */
    union {
        const char *const *ours;
        char *const *theirs;
    } words = {.ours = arguments};
    (void)execvp(arguments[0], words.theirs);
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
        return KC_NOT_FOUND;
    case EACCES:
    case ENOEXEC:
        return KC_DENIED;
    default:
        return KC_IO;
    }
}
