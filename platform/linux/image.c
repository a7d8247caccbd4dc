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
#include <sys/uio.h>
#include <unistd.h>

/* A write within one tick of the file system's clock may leave the times as they were. */
#define SETTLED_AFTER_NS INT64_C(2000000000)

struct image {
    int file;
    struct mount mount;
    bool has_mount; /* only a negative control goes on without */
    uint64_t size;
    struct image_stamp opened;
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

static int64_t in_ns(struct statx_timestamp time) {
    return (int64_t)time.tv_sec * INT64_C(1000000000) + (int64_t)time.tv_nsec;
}

/* Root's, and nobody else may write to it. */
static bool is_guarded(const struct statx *status) {
    return status->stx_uid == 0 && (status->stx_mode & 022) == 0;
}

static bool is_settled(const struct mount *mount, const struct statx *status) {
    if (mount->times == MOUNT_TIMES_UNPROVEN ||
        (mount->times == MOUNT_TIMES_MAPPED && !is_guarded(status) && check_is_on("hash_mapped"))) {
        return false;
    }
    return !check_is_on("hash_age") ||
           clock_wall_us() * 1000 - in_ns(status->stx_ctime) > SETTLED_AFTER_NS;
}

/* `mount` NULL: nobody vouches for it. */
static struct image_stamp stamp_of(const struct statx *status, const struct mount *mount) {
    struct image_stamp stamp = {
        .words =
            {
                (uint64_t)makedev(status->stx_dev_major, status->stx_dev_minor),
                status->stx_ino,
                status->stx_size,
                (uint64_t)in_ns(status->stx_mtime),
                check_is_on("hash_ctime") ? (uint64_t)in_ns(status->stx_ctime) : 0,
                mount != NULL ? mount->number : 0,
                (uint64_t)status->stx_mode,
                (uint64_t)status->stx_uid,
            },
    };
    if (mount != NULL) {
        stamp.settled = is_settled(mount, status);
        stamp.trusted = mount->honours_setid && is_guarded(status);
    }
    return stamp;
}

static enum kc_error check_kind(const struct statx *status, const char **ret_why) {
    if (!S_ISREG(status->stx_mode)) {
        *ret_why = "it isn't a regular file";
        return KC_UNSAFE;
    }
    if (status->stx_nlink == 0 && check_is_on("image_linked")) {
        *ret_why = "its program file was deleted or replaced since it began";
        return KC_UNSAFE;
    }
    return KC_OK;
}

/* The same file, now with access: through the handle, so that no path is walked again. Who has a
 * lease on it isn't waited for, which could take 45 s (proc(5), lease-break-time): KC_TIMEOUT. */
static enum kc_error reopen(int place, int *ret_file, const char **ret_why) {
    char link[SELF_PATH_SIZE];
    self_path(place, link, sizeof link);
    KC_AUTO_TEXT path = NULL;
    bool by_handle = check_is_on("image_by_handle") || read_path(place, &path) != KC_OK;
    int patience = check_is_on("image_leased") ? O_NONBLOCK : 0;
    int file = open(by_handle ? link : path, O_RDONLY | patience | O_NOCTTY | O_CLOEXEC);
    if (file < 0) {
        *ret_why = "its program file can't be read";
        return errno == EWOULDBLOCK ? KC_TIMEOUT : descriptor_error(errno);
    }
    *ret_file = file;
    return KC_OK;
}

/* What the handle is on, if that is what images are taken from. */
static enum kc_error look_at_place(int place, struct image *image, const char **ret_why) {
    struct statx status;
    enum kc_error error = mount_look(place, &image->mount, &status, ret_why);
    image->has_mount = error == KC_OK;
    if (error == KC_UNSAFE && !check_is_on("image_mount")) {
        error = KC_OK;
    }
    if (error == KC_OK) {
        error = check_kind(&status, ret_why);
    }
    if (error == KC_OK) {
        image->size = status.stx_size;
        image->opened = stamp_of(&status, image_mount(image));
    }
    return error;
}

static enum kc_error fill(struct image *image, int place, const char **ret_why) {
    enum kc_error error = look_at_place(place, image, ret_why);
    if (error == KC_OK) {
        error = reopen(place, &image->file, ret_why);
    }
    if (error == KC_OK) {
        *ret_why = "the system doesn't say where its program file is";
        error = read_path(image->file, &image->path);
    }
    return error;
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

enum kc_error process_look_at_image(const struct process *process, struct image_stamp *ret_stamp,
                                    char **ret_path, const char **ret_why) {
    struct image image = {.file = -1};
    const char *why = "it can't be looked at (set-id or non-dumpable)";
    KC_AUTO_DESCRIPTOR place = openat(process->directory, "exe", O_PATH | O_CLOEXEC);
    enum kc_error error =
        place < 0 ? process_look_error(process, errno) : look_at_place(place, &image, &why);
    if (error == KC_OK) {
        why = "the system doesn't say where its program file is";
        error = read_path(place, &image.path);
    }
    if (error != KC_OK) {
        *ret_why = why;
        return error;
    }
    *ret_stamp = image.opened;
    *ret_path = image.path;
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
    struct image_stamp stamp = {.trusted = false};
    return image_stamp(image, &stamp) == KC_OK && stamp.trusted;
}

const char *image_path(const struct image *image) {
    return image->path;
}

uint64_t image_size(const struct image *image) {
    return image->size;
}

bool image_is_file(const struct image *image, uint64_t device, uint64_t inode) {
    return image->opened.words[0] == device && image->opened.words[1] == inode;
}

struct image_stamp image_stamp_opened(const struct image *image) {
    return image->opened;
}

enum kc_error image_stamp(const struct image *image, struct image_stamp *ret_stamp) {
    struct statx status;
    if (statx(image->file, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status) != 0) {
        return descriptor_error(errno);
    }
    *ret_stamp = stamp_of(&status, image_mount(image));
    return KC_OK;
}

enum kc_error process_check_image(const struct process *process, const struct image_stamp *stamp) {
    static const size_t mount_word = 5;
    struct statx found;
    /* DONT_SYNC: the process may have put a file of its own server's there (PR_SET_MM_EXE_FILE). */
    if (statx(process->directory, "exe", AT_STATX_DONT_SYNC, STATX_BASIC_STATS | STATX_MNT_ID,
              &found) != 0) {
        return process_look_error(process, errno);
    }
    /* A kernel before 5.8 doesn't tell the mount; an inode on two of them is one file still. */
    bool is_told = (found.stx_mask & STATX_MNT_ID) != 0;
    struct image_stamp now = stamp_of(&found, NULL);
    now.words[mount_word] = is_told ? found.stx_mnt_id : stamp->words[mount_word];
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

enum kc_error image_read_now(const struct image *image, uint64_t offset, void *buffer, size_t size,
                             size_t *ret_length) {
    struct iovec part = {buffer, size};
    if (!image->mount.is_prompt || offset > INT64_MAX) {
        return KC_AGAIN;
    }
    ssize_t count = preadv2(image->file, &part, 1, (off_t)offset, RWF_NOWAIT);
    if (count >= 0) {
        *ret_length = (size_t)count;
        return KC_OK;
    }
    if (errno != EOPNOTSUPP) {
        return KC_AGAIN;
    }
    /* tmpfs doesn't know the flag: it has nothing but memory, and what was swapped out. */
    return image_read(image, offset, buffer, size, ret_length);
}

void image_free(struct image *image) {
    if (image == NULL) {
        return;
    }
    descriptor_close(&image->file);
    free(image->path);
    free(image);
}
