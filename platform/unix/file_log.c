/* SPDX-License-Identifier: MIT */
/*
 * A log that only grows: whole appends, cut back when one fails half-way, made durable on
 * request. It knows nothing about what a record is.
 */
#define _GNU_SOURCE
#include "platform/file.h"

#include "platform/unix/descriptor.h"
#include "platform/unix/file_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct file_log {
    int file;
    uint64_t size; /* as far as we wrote or found it */
    char *path;
};

static enum kc_error open_checked(struct file_log *log, int flags) {
    log->file = open(log->path, flags, 0600);
    if (log->file < 0) {
        return errno == ENXIO || errno == EISDIR ? KC_UNSAFE : descriptor_error(errno);
    }
    struct stat status;
    if (fstat(log->file, &status) != 0) {
        return descriptor_error(errno);
    }
    if (!file_is_ours(&status)) {
        return KC_UNSAFE;
    }
    log->size = (uint64_t)status.st_size;
    bool is_new = log->size == 0 && (flags & O_CREAT) != 0; /* perhaps */
    return is_new ? file_sync_parent(log->path) : KC_OK;
}

#define FLAGS_ALWAYS (O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)

static enum kc_error open_with(const char *path, int flags, struct file_log **ret_log) {
    KC_AUTO(file_log) log = calloc(1, sizeof *log);
    if (log == NULL) {
        return KC_NO_MEMORY;
    }
    log->file = -1;
    log->path = strdup(path);
    if (log->path == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = open_checked(log, flags | FLAGS_ALWAYS);
    if (error != KC_OK) {
        return error;
    }
    *ret_log = log;
    log = NULL;
    return KC_OK;
}

enum kc_error file_log_open(const char *path, struct file_log **ret_log) {
    return open_with(path, O_RDWR | O_APPEND | O_CREAT, ret_log);
}

enum kc_error file_log_open_old(const char *path, struct file_log **ret_log) {
    return open_with(path, O_RDONLY, ret_log);
}

/* Only our own half line is cut: if somebody else appended behind it, the log is left as it
 * is and file_log_is_current() tells. */
static void cut_back(const struct file_log *log, size_t written) {
    struct stat status;
    if (fstat(log->file, &status) == 0 && (uint64_t)status.st_size == log->size + written) {
        int cut = ftruncate(log->file, (off_t)log->size);
        (void)cut; /* nothing better is left to try; the caller reports the append itself */
    }
}

enum kc_error file_log_append(struct file_log *log, const void *bytes, size_t length) {
    const char *next = bytes;
    size_t written = 0;
    while (written < length) {
        ssize_t count = write(log->file, next + written, length - written);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            enum kc_error error = count < 0 ? descriptor_error(errno) : KC_IO;
            cut_back(log, written);
            return error;
        }
        written += (size_t)count;
    }
    log->size += length;
    return KC_OK;
}

enum kc_error file_log_sync(struct file_log *log) {
    return fdatasync(log->file) == 0 ? KC_OK : descriptor_error(errno);
}

enum kc_error file_log_measure(struct file_log *log) {
    struct stat held;
    if (fstat(log->file, &held) != 0) {
        return descriptor_error(errno);
    }
    log->size = (uint64_t)held.st_size;
    return KC_OK;
}

bool file_log_is_at(const struct file_log *log, const char *path) {
    struct stat named;
    struct stat held;
    return lstat(path, &named) == 0 && fstat(log->file, &held) == 0 &&
           named.st_dev == held.st_dev && named.st_ino == held.st_ino;
}

bool file_log_is_current(const struct file_log *log) {
    struct stat held;
    return file_log_is_at(log, log->path) && fstat(log->file, &held) == 0 &&
           (uint64_t)held.st_size == log->size;
}

uint64_t file_log_size(const struct file_log *log) {
    return log->size;
}

enum kc_error file_log_read(const struct file_log *log, uint64_t offset, void *buffer,
                            size_t length) {
    char *next = buffer;
    if (offset > INT64_MAX || length > INT64_MAX - offset) {
        return KC_END;
    }
    while (length > 0) {
        ssize_t count = pread(log->file, next, length, (off_t)offset);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return descriptor_error(errno);
        }
        if (count == 0) {
            return KC_END;
        }
        next += count;
        offset += (uint64_t)count;
        length -= (size_t)count;
    }
    return KC_OK;
}

void file_log_free(struct file_log *log) {
    if (log == NULL) {
        return;
    }
    descriptor_close(&log->file);
    free(log->path);
    free(log);
}
