/* SPDX-License-Identifier: MIT */
/*
 * What a process works on besides the program that it runs: the file that it names, looked for from
 * where it is, and the terminal that it reads from. Both are its own to choose.
 */
#define _GNU_SOURCE
#include "platform/linux/local_open.h"
#include "platform/linux/process_internal.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static const char *why_no_file(enum kc_error error) {
    switch (error) {
    case KC_NOT_FOUND:
        return "its script isn't there under the name that it was given";
    case KC_DENIED:
        return "its script can't be read";
    case KC_END:
    case KC_CHANGED:
        return "it has ended or executed another program";
    default:
        return "its script isn't a regular file on a local file system of ours";
    }
}

static enum kc_error open_named(const struct process *process, const char *name,
                                struct image **ret_image) {
    const char *why = NULL;
    KC_AUTO_DESCRIPTOR place = -1;
    KC_AUTO_DESCRIPTOR here = openat(process->directory, "cwd", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (here < 0) {
        return process_look_error(process, errno);
    }
    enum kc_error error = local_open_at(here, name, &place);
    return error == KC_OK ? image_open_place(place, ret_image, &why) : error;
}

enum kc_error process_open_file(const struct process *process, const char *name,
                                struct image **ret_image, const char **ret_why) {
    KC_AUTO(image) image = NULL;
    enum kc_error error = open_named(process, name, &image);
    if (error == KC_OK) {
        error = process_check(process);
    }
    if (error != KC_OK) {
        *ret_why = why_no_file(error);
        return error;
    }
    *ret_image = image;
    image = NULL;
    return KC_OK;
}

/* stat tells the device as new_encode_dev() of the kernel writes it (include/linux/kdev_t.h). */
static uint64_t encode_device(unsigned device_major, unsigned device_minor) {
    return (device_minor & 0xffu) | (uint64_t)device_major << 8 |
           (uint64_t)(device_minor & ~0xffu) << 12;
}

bool process_reads_terminal(const struct process *process) {
    struct process_stat stat;
    struct statx input;
    if (process_read_stat(process, &stat) != KC_OK || stat.terminal == 0 ||
        statx(process->directory, "fd/0", AT_STATX_DONT_SYNC, STATX_TYPE, &input) != 0) {
        return false;
    }
    return S_ISCHR(input.stx_mode) &&
           encode_device(input.stx_rdev_major, input.stx_rdev_minor) == stat.terminal;
}
