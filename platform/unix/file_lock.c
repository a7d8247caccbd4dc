/* SPDX-License-Identifier: MIT */
/*
 * One lock among our own programs: flock(2) on a file that stays. flock and not fcntl, because
 * a fcntl lock is lost as soon as any descriptor of the file is closed in this process.
 */
#define _GNU_SOURCE
#include "platform/file.h"

#include "platform/clock.h"
#include "platform/unix/descriptor.h"
#include "platform/unix/file_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#define RETRY_MS 10

struct file_lock {
    int file;
};

/* KC_CHANGED: the file was replaced between opening and locking; the lock is on nothing. */
static enum kc_error try_lock(const char *path, int *ret_file) {
    KC_AUTO_DESCRIPTOR file =
        open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0600);
    struct stat held;
    struct stat named;
    if (file < 0) {
        return errno == ENXIO || errno == EISDIR ? KC_UNSAFE : descriptor_error(errno);
    }
    if (fstat(file, &held) != 0) {
        return descriptor_error(errno);
    }
    if (!file_is_ours(&held)) {
        return KC_UNSAFE;
    }
    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK || errno == EINTR ? KC_BUSY : descriptor_error(errno);
    }
    if (lstat(path, &named) != 0 || named.st_dev != held.st_dev || named.st_ino != held.st_ino) {
        return KC_CHANGED;
    }
    *ret_file = descriptor_take(&file);
    return KC_OK;
}

enum kc_error file_lock(const char *path, unsigned timeout_ms, struct file_lock **ret_lock) {
    KC_AUTO(file_lock) lock = calloc(1, sizeof *lock);
    if (lock == NULL) {
        return KC_NO_MEMORY;
    }
    lock->file = -1;

    uint64_t deadline = clock_monotonic_ms() + timeout_ms;
    enum kc_error error = try_lock(path, &lock->file);
    while ((error == KC_BUSY || error == KC_CHANGED) && clock_monotonic_ms() < deadline) {
        (void)poll(NULL, 0, RETRY_MS);
        error = try_lock(path, &lock->file);
    }
    if (error != KC_OK) {
        return error == KC_CHANGED ? KC_BUSY : error;
    }
    *ret_lock = lock;
    lock = NULL;
    return KC_OK;
}

void file_lock_free(struct file_lock *lock) {
    if (lock == NULL) {
        return;
    }
    descriptor_close(&lock->file);
    free(lock);
}
