/* SPDX-License-Identifier: MIT */
/*
 * Walks a path from the root. By name, not by descriptor: whoever could change a name between
 * two looks is exactly whom the answer warns of.
 */
#define _XOPEN_SOURCE 700 /* S_ISVTX */
#include "platform/trust.h"

#include <sys/stat.h>
#include <unistd.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static enum kc_error check_one(const char *path, const char **ret_why) {
    struct stat about;
    if (stat(path, &about) != 0) {
        return errno == ENOENT || errno == ENOTDIR ? KC_NOT_FOUND : KC_IO;
    }
    if (about.st_uid != 0 && about.st_uid != geteuid()) {
        *ret_why = "it belongs to another user";
        return KC_UNSAFE;
    }
    /* In a sticky directory nobody can replace what belongs to somebody else. */
    if (S_ISDIR(about.st_mode) && (about.st_mode & S_ISVTX) != 0) {
        return KC_OK;
    }
    if ((about.st_mode & S_IWOTH) != 0) {
        *ret_why = "everybody may write to it";
        return KC_UNSAFE;
    }
    if ((about.st_mode & S_IWGRP) != 0) {
        *ret_why = "its group may write to it";
        return KC_UNSAFE;
    }
    return KC_OK;
}

enum kc_error trust_check_path(const char *path, char *ret_where, size_t size,
                               const char **ret_why) {
    size_t length = strlen(path);
    if (path[0] != '/' || length >= size) {
        return KC_INVALID;
    }
    for (size_t end = 1; end <= length; end++) {
        bool is_component = end == 1 || end == length || path[end] == '/';
        if (!is_component) {
            continue;
        }
        memcpy(ret_where, path, end);
        ret_where[end] = '\0';
        enum kc_error error = check_one(ret_where, ret_why);
        if (error != KC_OK) {
            return error;
        }
    }
    return KC_OK;
}

enum kc_error trust_check_own(const char *path, enum trust_privacy privacy, const char **ret_why) {
    struct stat about;
    if (lstat(path, &about) != 0) {
        return errno == ENOENT || errno == ENOTDIR ? KC_NOT_FOUND : KC_IO;
    }
    if (S_ISLNK(about.st_mode)) {
        *ret_why = "it is a symbolic link";
        return KC_UNSAFE;
    }
    if (about.st_uid != geteuid()) {
        *ret_why = "it belongs to another user";
        return KC_UNSAFE;
    }
    if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        *ret_why = "others may write to it";
        return KC_UNSAFE;
    }
    if (privacy == TRUST_HIDDEN && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        *ret_why = "others may read it";
        return KC_UNSAFE;
    }
    return KC_OK;
}

bool trust_may_execute(const char *path) {
    return access(path, X_OK) == 0;
}
