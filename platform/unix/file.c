/* SPDX-License-Identifier: MIT */
/*
 * Private files: reading them through one checked handle, their stamps, their directories.
 * Replacing, locking and appending have files of their own beside this one.
 */
#define _GNU_SOURCE
#include "platform/file.h"

#include "platform/secmem.h"
#include "platform/unix/descriptor.h"
#include "platform/unix/file_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How often a file that changes under our eyes is read again. */
#define READ_ATTEMPTS 3

/* O_NONBLOCK: a pipe that somebody put there must not hold us; fstat() then refuses it. */
#define READ_FLAGS    (O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)

struct file_stamp file_stamp_of(const struct stat *status) {
    struct file_stamp stamp = {{
        (uint64_t)status->st_dev,
        (uint64_t)status->st_ino,
        (uint64_t)status->st_size,
        (uint64_t)status->st_mtim.tv_sec,
        (uint64_t)status->st_mtim.tv_nsec,
        (uint64_t)status->st_ctim.tv_sec,
        (uint64_t)status->st_ctim.tv_nsec,
        (uint64_t)status->st_mode << 32 | (uint64_t)status->st_uid,
    }};
    return stamp;
}

bool file_is_ours(const struct stat *status) {
    return S_ISREG(status->st_mode) && status->st_uid == geteuid() && (status->st_mode & 022) == 0;
}

static bool is_private(const struct stat *status, enum file_privacy privacy) {
    if (privacy == FILE_SECRET) {
        return file_is_ours(status) && (status->st_mode & 077) == 0;
    }
    bool trusted_owner = status->st_uid == geteuid() || status->st_uid == 0;
    return S_ISREG(status->st_mode) && trusted_owner && (status->st_mode & 022) == 0;
}

/* Up to `size` bytes from the start; fewer only at the end of the file. */
static enum kc_error read_from_start(int file, char *bytes, size_t size, size_t *ret_length) {
    size_t length = 0;
    while (length < size) {
        ssize_t count = pread(file, bytes + length, size - length, (off_t)length);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return descriptor_error(errno);
        }
        if (count == 0) {
            break;
        }
        length += (size_t)count;
    }
    *ret_length = length;
    return KC_OK;
}

/* KC_CHANGED: somebody wrote to it meanwhile; then nothing was kept. */
static enum kc_error read_once(int file, enum file_privacy privacy, size_t limit,
                               struct file_bytes *ret_bytes) {
    struct stat before;
    struct stat after;
    if (fstat(file, &before) != 0) {
        return descriptor_error(errno);
    }
    if (!is_private(&before, privacy)) {
        return KC_UNSAFE;
    }
    if ((uint64_t)before.st_size > limit) {
        return KC_TOO_BIG;
    }

    size_t size = (size_t)before.st_size;
    struct file_bytes bytes = {NULL, 0, size + 1, file_stamp_of(&before)};
    bytes.bytes = secmem_alloc(bytes.capacity);
    if (bytes.bytes == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = read_from_start(file, bytes.bytes, size, &bytes.length);
    if (error == KC_OK && fstat(file, &after) != 0) {
        error = descriptor_error(errno);
    }
    if (error == KC_OK) {
        struct file_stamp now = file_stamp_of(&after);
        bool same = bytes.length == size && file_stamp_equal(&now, &bytes.stamp);
        error = same ? KC_OK : KC_CHANGED;
    }
    if (error != KC_OK) {
        file_bytes_clear(&bytes);
        return error;
    }
    *ret_bytes = bytes;
    return KC_OK;
}

enum kc_error file_read(const char *path, enum file_privacy privacy, size_t limit,
                        struct file_bytes *ret_bytes) {
    KC_AUTO_DESCRIPTOR file = open(path, READ_FLAGS);
    if (file < 0) {
        /* ENXIO: a socket stands there. */
        return errno == ENXIO ? KC_UNSAFE : descriptor_error(errno);
    }
    enum kc_error error = KC_CHANGED;
    for (int attempt = 0; attempt < READ_ATTEMPTS && error == KC_CHANGED; attempt++) {
        error = read_once(file, privacy, limit, ret_bytes);
    }
    return error;
}

void file_bytes_clear(struct file_bytes *bytes) {
    if (bytes == NULL) {
        return;
    }
    secmem_free(bytes->bytes, bytes->capacity);
    *bytes = (struct file_bytes){0};
}

enum kc_error file_stamp(const char *path, struct file_stamp *ret_stamp) {
    struct stat status;
    if (lstat(path, &status) == 0) {
        *ret_stamp = file_stamp_of(&status);
        return KC_OK;
    }
    enum kc_error error = descriptor_error(errno);
    if (error == KC_NOT_FOUND) {
        *ret_stamp = (struct file_stamp){{0}};
        return KC_OK;
    }
    return error;
}

bool file_stamp_equal(const struct file_stamp *one, const struct file_stamp *other) {
    return memcmp(one->words, other->words, sizeof one->words) == 0;
}

enum kc_error file_open_parent(const char *path, int *ret_directory) {
    KC_AUTO_TEXT parent = NULL;
    enum kc_error error = descriptor_parent_path(path, &parent);
    if (error != KC_OK) {
        return error;
    }
    int directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return descriptor_error(errno);
    }
    *ret_directory = directory;
    return KC_OK;
}

enum kc_error file_sync_parent(const char *path) {
    KC_AUTO_DESCRIPTOR directory = -1;
    enum kc_error error = file_open_parent(path, &directory);
    if (error != KC_OK) {
        return error;
    }
    return fsync(directory) == 0 ? KC_OK : descriptor_error(errno);
}
