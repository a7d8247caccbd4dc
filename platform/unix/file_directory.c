/* SPDX-License-Identifier: MIT */
/*
 * Private directories: made with their parents, and checked on the open handle. A symbolic
 * link is followed (many people keep ~/.config elsewhere); what counts is whose the directory
 * at its end is.
 */
#define _GNU_SOURCE
#include "platform/file.h"

#include "platform/unix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A directory that stands there already is fine, whatever mkdir(2) prefers to complain of
 * (EROFS and EACCES come before EEXIST on some file systems). */
static enum kc_error make_one(const char *path) {
    if (mkdir(path, 0700) == 0 || errno == EEXIST) {
        return KC_OK;
    }
    enum kc_error error = descriptor_error(errno);
    struct stat status;
    return stat(path, &status) == 0 ? KC_OK : error;
}

static enum kc_error make_with_parents(char *path) {
    for (char *slash = path; *slash != '\0';) {
        slash = strchr(slash + 1, '/');
        if (slash == NULL) {
            break;
        }
        *slash = '\0';
        enum kc_error error = make_one(path);
        *slash = '/';
        if (error != KC_OK) {
            return error;
        }
    }
    return make_one(path);
}

enum kc_error file_make_directory(const char *path) {
    if (path[0] == '\0') {
        return KC_INVALID;
    }
    KC_AUTO_TEXT copy = strdup(path);
    if (copy == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = make_with_parents(copy);
    if (error != KC_OK) {
        return error;
    }

    KC_AUTO_DESCRIPTOR directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return errno == ENOTDIR ? KC_UNSAFE : descriptor_error(errno);
    }
    struct stat status;
    if (fstat(directory, &status) != 0) {
        return descriptor_error(errno);
    }
    bool ours = status.st_uid == geteuid() && (status.st_mode & 022) == 0;
    return ours ? KC_OK : KC_UNSAFE;
}
