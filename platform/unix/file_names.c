/* SPDX-License-Identifier: MIT */
/* The names in a directory: a second one for a file, one taken away, those that begin alike. */
#define _GNU_SOURCE
#include "platform/file.h"

#include "platform/unix/descriptor.h"
#include "platform/unix/file_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum kc_error file_link(const char *path, const char *other) {
    if (link(path, other) == 0) {
        return file_sync_parent(other);
    }
    /* link(2): EPERM where the file system has no second names; ENOTSUP and EMLINK in practice. */
    if (errno == EPERM || errno == ENOTSUP || errno == EMLINK) {
        return KC_UNSUPPORTED;
    }
    return errno == EEXIST ? KC_EXISTS : descriptor_error(errno);
}

bool file_is_same(const char *path, const char *other) {
    struct stat one;
    struct stat two;
    return lstat(path, &one) == 0 && lstat(other, &two) == 0 && one.st_dev == two.st_dev &&
           one.st_ino == two.st_ino;
}

enum kc_error file_remove(const char *path) {
    return unlink(path) == 0 ? file_sync_parent(path) : descriptor_error(errno);
}

static enum kc_error visit_all(DIR *directory, const char *name, file_visitor *visit,
                               void *context) {
    size_t length = strlen(name);
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (entry == NULL) {
            return errno == 0 ? KC_OK : descriptor_error(errno);
        }
        if (strncmp(entry->d_name, name, length) == 0) {
            enum kc_error error = visit(entry->d_name + length, context);
            if (error != KC_OK) {
                return error;
            }
        }
    }
}

enum kc_error file_visit_beside(const char *path, file_visitor *visit, void *context) {
    const char *slash = strrchr(path, '/');
    KC_AUTO_DESCRIPTOR handle = -1;
    enum kc_error error = file_open_parent(path, &handle);
    if (error != KC_OK) {
        return error;
    }
    DIR *directory = fdopendir(handle);
    if (directory == NULL) {
        return descriptor_error(errno);
    }
    handle = -1; /* the directory's now */
    error = visit_all(directory, slash == NULL ? path : slash + 1, visit, context);
    (void)closedir(directory);
    return error;
}
