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
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Where bash keeps the script that it reads (shell.c of bash 5.2, open_shell_script). */
#define SHELL_SCRIPT "fd/255"

static const char *why_no_file(enum kc_error error) {
    switch (error) {
    case KC_EXISTS:
        return "the name of its script means two files, where it is and where it began";
    case KC_INVALID:
        return "it reads another file than its script's name means";
    case KC_NOT_FOUND:
        return "its script isn't there under the name that it was given";
    case KC_DENIED:
        return "its script can't be read";
    case KC_TIMEOUT:
        return "somebody holds a lease on its script, which may change it (fcntl); try again";
    case KC_END:
    case KC_CHANGED:
        return "it has ended or executed another program";
    default:
        return "its script isn't a regular file on a local file system of ours";
    }
}

/* Where it was when it began, as whoever started it says (environ(7), PWD); "" when it doesn't. */
static enum kc_error read_beginning(const struct process *process, char directory[PATH_MAX]) {
    KC_AUTO_TEXT text = NULL;
    size_t length = 0;
    enum kc_error error = process_read_text(process, "environ", &text, &length);
    directory[0] = '\0';
    if (error != KC_OK) {
        return error;
    }
    for (size_t at = 0; at < length; at += strlen(text + at) + 1) {
        if (strncmp(text + at, "PWD=/", sizeof "PWD=/" - 1) == 0) {
            (void)snprintf(directory, PATH_MAX, "%s", text + at + sizeof "PWD=" - 1);
            break;
        }
    }
    return KC_OK;
}

/* A file by its whole path, and by one that counts from where the process is now. */
static enum kc_error open_whole(const char *path, struct image **ret_image) {
    const char *why = NULL;
    KC_AUTO_DESCRIPTOR place = -1;
    enum kc_error error = local_open(path, &place);
    return error == KC_OK ? image_open_place(place, ret_image, &why) : error;
}

static enum kc_error open_here(const struct process *process, const char *name,
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

/* KC_OK also when there is none. */
static enum kc_error open_at_beginning(const struct process *process, const char *name,
                                       struct image **ret_image) {
    char beginning[PATH_MAX];
    char path[2 * PATH_MAX];
    enum kc_error error = read_beginning(process, beginning);
    if (error != KC_OK || beginning[0] == '\0') {
        return error;
    }
    int length = snprintf(path, sizeof path, "%s/%s", beginning, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        return KC_OK;
    }
    error = open_whole(path, ret_image);
    return error == KC_NOT_FOUND ? KC_OK : error;
}

static bool is_same(int one, int other) {
    struct stat first;
    struct stat second;
    return fstat(one, &first) == 0 && fstat(other, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/* A relative name was meant where the process began; it may be elsewhere now. Where both places
 * have a file of that name, which one was meant can't be told. */
static enum kc_error open_named(const struct process *process, const char *name,
                                struct image **ret_image) {
    KC_AUTO(image) first = NULL;
    KC_AUTO(image) now = NULL;
    if (name[0] == '\0' || name[0] == '/') {
        return name[0] == '\0' ? KC_NOT_FOUND : open_whole(name, ret_image);
    }
    enum kc_error error = open_at_beginning(process, name, &first);
    if (error == KC_OK) {
        error = open_here(process, name, &now);
    }
    if (error == KC_NOT_FOUND && first != NULL) {
        error = KC_OK;
    } else if (error == KC_OK && first != NULL && !is_same(image_file(first), image_file(now))) {
        error = KC_EXISTS;
    }
    if (error == KC_OK) {
        struct image **found = now != NULL ? &now : &first;
        *ret_image = *found;
        *found = NULL;
    }
    return error;
}

/* Whether it may be the file that a shell reads: it is when there is none to be seen. */
static bool is_read(const struct process *process, const struct image *image) {
    struct stat status;
    KC_AUTO_DESCRIPTOR script = openat(process->directory, SHELL_SCRIPT, O_PATH | O_CLOEXEC);
    return script < 0 || fstat(script, &status) != 0 || !S_ISREG(status.st_mode) ||
           is_same(script, image_file(image));
}

enum kc_error process_open_file(const struct process *process, const char *name,
                                struct image **ret_image, const char **ret_why) {
    KC_AUTO(image) image = NULL;
    enum kc_error error = open_named(process, name, &image);
    if (error == KC_OK && !is_read(process, image)) {
        error = KC_INVALID;
    }
    if (error == KC_OK) {
        error = process_check(process);
    }
    if (error != KC_OK) {
        *ret_why = why_no_file(error);
        return error == KC_EXISTS || error == KC_INVALID ? KC_UNSAFE : error;
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
