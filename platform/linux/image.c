/* SPDX-License-Identifier: MIT */
/*
 * The file that a process runs, or that is registered: reached by a handle without access
 * first, judged by its mount, and only then opened for reading. What its bytes are worth is
 * decided elsewhere.
 */
#define _GNU_SOURCE
#include "platform/linux/mounts.h"
#include "platform/check.h"
#include "platform/linux/process_internal.h"

#include "platform/clock.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* A write within one tick of the file system's clock may leave the times as they were. */
#define SETTLED_AFTER_NS INT64_C(2000000000)

struct image {
    int file;
    struct mount mount;
    bool has_mount; /* only a negative control goes on without */
    uint64_t size;
    char *path;
};

static void self_path(int descriptor, char *path, size_t size) {
    (void)snprintf(path, size, "/proc/self/fd/%d", descriptor);
}

#define SELF_PATH_SIZE (sizeof "/proc/self/fd/" + 20)

static enum kc_error read_path(int file, char **ret_path) {
    char link[SELF_PATH_SIZE];
    char path[PATH_MAX];
    self_path(file, link, sizeof link);
    ssize_t length = readlink(link, path, sizeof path);
    if (length < 0) {
        return descriptor_error(errno);
    }
    if ((size_t)length == sizeof path) {
        return KC_TOO_BIG;
    }
    char *copy = strndup(path, (size_t)length);
    if (copy == NULL) {
        return KC_NO_MEMORY;
    }
    *ret_path = copy;
    return KC_OK;
}

static enum kc_error check_kind(int place, const char **ret_why) {
    struct stat status;
    if (fstat(place, &status) != 0) {
        *ret_why = "its program file can't be looked at";
        return descriptor_error(errno);
    }
    if (!S_ISREG(status.st_mode)) {
        *ret_why = "it isn't a regular file";
        return KC_UNSAFE;
    }
    if (status.st_nlink == 0 && check_is_on("image_linked")) {
        *ret_why = "its program file was deleted or replaced since it began";
        return KC_UNSAFE;
    }
    return KC_OK;
}

/* The same file, now with access: through the handle, so that no path is walked again. */
static enum kc_error reopen(int place, int *ret_file, const char **ret_why) {
    char link[SELF_PATH_SIZE];
    self_path(place, link, sizeof link);
    KC_AUTO_TEXT path = NULL;
    bool by_handle = check_is_on("image_by_handle") || read_path(place, &path) != KC_OK;
    int file = open(by_handle ? link : path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0) {
        *ret_why = "its program file can't be read";
        return descriptor_error(errno);
    }
    *ret_file = file;
    return KC_OK;
}

static enum kc_error fill(struct image *image, int place, const char **ret_why) {
    enum kc_error error = mount_of(place, &image->mount, ret_why);
    image->has_mount = error == KC_OK;
    if (error == KC_UNSAFE && !check_is_on("image_mount")) {
        error = KC_OK;
    }
    if (error == KC_OK) {
        error = check_kind(place, ret_why);
    }
    if (error == KC_OK) {
        error = reopen(place, &image->file, ret_why);
    }
    if (error != KC_OK) {
        return error;
    }
    struct stat status;
    *ret_why = "the system doesn't say where its program file is";
    if (fstat(image->file, &status) != 0) {
        return descriptor_error(errno);
    }
    image->size = (uint64_t)status.st_size;
    return read_path(image->file, &image->path);
}

static enum kc_error image_from_place(int place, struct image **ret_image, const char **ret_why) {
    KC_AUTO(image) image = calloc(1, sizeof *image);
    if (image == NULL) {
        *ret_why = "there is no memory left";
        return KC_NO_MEMORY;
    }
    image->file = -1;
    enum kc_error error = fill(image, place, ret_why);
    if (error != KC_OK) {
        return error;
    }
    *ret_image = image;
    image = NULL;
    return KC_OK;
}

enum kc_error process_open_image(const struct process *process, struct image **ret_image,
                                 const char **ret_why) {
    KC_AUTO(image) image = NULL;
    const char *why = "it can't be looked at (set-id or non-dumpable)";
    KC_AUTO_DESCRIPTOR place = openat(process->directory, "exe", O_PATH | O_CLOEXEC);
    enum kc_error error =
        place < 0 ? process_look_error(process, errno) : image_from_place(place, &image, &why);
    if (error == KC_OK) {
        why = "it has ended or executed another program";
        error = process_check(process);
    }
    if (error == KC_DENIED) {
        error = KC_UNSAFE; /* to a caller that only asks about a process, that is the answer */
    }
    if (error != KC_OK) {
        *ret_why = why;
        return error;
    }
    *ret_image = image;
    image = NULL;
    return KC_OK;
}

enum kc_error image_open_place(int place, struct image **ret_image, const char **ret_why) {
    return image_from_place(place, ret_image, ret_why);
}

enum kc_error image_open(const char *path, struct image **ret_image, const char **ret_why) {
    KC_AUTO_DESCRIPTOR place = open(path, O_PATH | O_CLOEXEC);
    if (place < 0) {
        *ret_why = "it can't be reached";
        return descriptor_error(errno);
    }
    const char *why = NULL;
    enum kc_error error = image_from_place(place, ret_image, &why);
    if (error != KC_OK) {
        *ret_why = why;
    }
    return error;
}

int image_file(const struct image *image) {
    return image->file;
}

const struct mount *image_mount(const struct image *image) {
    return image->has_mount ? &image->mount : NULL;
}

bool image_is_trusted(const struct image *image) {
    struct stat status;
    return image->has_mount && image->mount.honours_setid && fstat(image->file, &status) == 0 &&
           status.st_uid == 0 && (status.st_mode & 022) == 0;
}

const char *image_path(const struct image *image) {
    return image->path;
}

uint64_t image_size(const struct image *image) {
    return image->size;
}

static int64_t in_ns(struct timespec time) {
    return (int64_t)time.tv_sec * INT64_C(1000000000) + (int64_t)time.tv_nsec;
}

static bool is_settled(const struct image *image, const struct stat *status) {
    bool guarded = status->st_uid == 0 && (status->st_mode & 022) == 0;
    if (image->mount.times == MOUNT_TIMES_UNPROVEN ||
        (image->mount.times == MOUNT_TIMES_MAPPED && !guarded && check_is_on("hash_mapped"))) {
        return false;
    }
    return !check_is_on("hash_age") ||
           clock_wall_us() * 1000 - in_ns(status->st_ctim) > SETTLED_AFTER_NS;
}

static struct image_stamp stamp_of(const struct stat *status, uint64_t mount) {
    struct image_stamp stamp = {
        .words =
            {
                (uint64_t)status->st_dev,
                (uint64_t)status->st_ino,
                (uint64_t)status->st_size,
                (uint64_t)in_ns(status->st_mtim),
                check_is_on("hash_ctime") ? (uint64_t)in_ns(status->st_ctim) : 0,
                mount,
                (uint64_t)status->st_mode,
                (uint64_t)status->st_uid,
            },
    };
    return stamp;
}

enum kc_error image_stamp(const struct image *image, struct image_stamp *ret_stamp) {
    struct stat status;
    if (fstat(image->file, &status) != 0) {
        return descriptor_error(errno);
    }
    struct image_stamp stamp = stamp_of(&status, image->mount.number);
    stamp.settled = is_settled(image, &status);
    *ret_stamp = stamp;
    return KC_OK;
}

static struct timespec time_of(const struct statx_timestamp *time) {
    return (struct timespec){.tv_sec = time->tv_sec, .tv_nsec = (long)time->tv_nsec};
}

enum kc_error process_check_image(const struct process *process, const struct image_stamp *stamp) {
    static const size_t mount_word = 5;
    struct statx found;
    /* DONT_SYNC: the process may have put a file of its own server's there (PR_SET_MM_EXE_FILE). */
    if (statx(process->directory, "exe", AT_STATX_DONT_SYNC, STATX_BASIC_STATS | STATX_MNT_ID,
              &found) != 0) {
        return process_look_error(process, errno);
    }
    const struct stat status = {
        .st_dev = makedev(found.stx_dev_major, found.stx_dev_minor),
        .st_ino = found.stx_ino,
        .st_size = (off_t)found.stx_size,
        .st_mtim = time_of(&found.stx_mtime),
        .st_ctim = time_of(&found.stx_ctime),
        .st_mode = found.stx_mode,
        .st_uid = found.stx_uid,
    };
    /* A kernel before 5.8 doesn't tell the mount; an inode on two of them is one file still. */
    bool is_told = (found.stx_mask & STATX_MNT_ID) != 0;
    struct image_stamp now =
        stamp_of(&status, is_told ? found.stx_mnt_id : stamp->words[mount_word]);
    return memcmp(now.words, stamp->words, sizeof now.words) == 0 ? KC_OK : KC_CHANGED;
}

enum kc_error image_read(const struct image *image, uint64_t offset, void *buffer, size_t size,
                         size_t *ret_length) {
    if (offset > INT64_MAX) {
        return KC_INVALID;
    }
    for (;;) {
        ssize_t count = pread(image->file, buffer, size, (off_t)offset);
        if (count >= 0) {
            *ret_length = (size_t)count;
            return KC_OK;
        }
        if (errno != EINTR) {
            return descriptor_error(errno);
        }
    }
}

void image_free(struct image *image) {
    if (image == NULL) {
        return;
    }
    descriptor_close(&image->file);
    free(image->path);
    free(image);
}
