/* SPDX-License-Identifier: MIT */
/*
 * Takes away the new files that never came to stand for the old one, because the process died
 * in between. They hold what was to be kept, perhaps since deleted, and nobody else knows them.
 */
#define _GNU_SOURCE
#include "platform/file.h"

#include "platform/unix/descriptor.h"
#include "platform/unix/file_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool is_left_over(const char *entry, const char *name) {
    static const char mark[] = FILE_NEW_MARK;
    size_t length = strlen(name);
    return strlen(entry) == length + sizeof mark - 1 + FILE_NEW_DIGITS &&
           strncmp(entry, name, length) == 0 &&
           strncmp(entry + length, mark, sizeof mark - 1) == 0 &&
           strspn(entry + length + sizeof mark - 1, FILE_NEW_ALPHABET) == FILE_NEW_DIGITS;
}

/* Whatever else stands under such a name isn't of our making, and must not keep us from opening. */
static bool is_ours(int directory, const char *entry) {
    struct stat status;
    return fstatat(directory, entry, &status, AT_SYMLINK_NOFOLLOW) == 0 && file_is_ours(&status);
}

static enum kc_error sweep(DIR *directory, const char *name) {
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (entry == NULL) {
            return errno == 0 ? KC_OK : descriptor_error(errno);
        }
        if (is_left_over(entry->d_name, name) && is_ours(dirfd(directory), entry->d_name) &&
            unlinkat(dirfd(directory), entry->d_name, 0) != 0 && errno != ENOENT) {
            return descriptor_error(errno);
        }
    }
}

enum kc_error file_replace_sweep(const char *path) {
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
    error = sweep(directory, slash == NULL ? path : slash + 1);
    (void)closedir(directory);
    return error;
}
