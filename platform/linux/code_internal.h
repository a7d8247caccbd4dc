/* SPDX-License-Identifier: MIT */
/* The pure parts of code.c, and its two looks. */
#ifndef PLATFORM_LINUX_CODE_INTERNAL_H
#define PLATFORM_LINUX_CODE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/code.h"
#include "platform/kc_error.h"

struct mount;
struct statx;

/* One line of /proc/PID/maps (proc(5)). */
struct mapping {
    uint64_t start;
    uint64_t end;
    bool is_executable;
    bool is_shared;
    unsigned device_major;
    unsigned device_minor;
    uint64_t inode;
    const char *path; /* within the line, up to its newline; escapes are as in the line */
    size_t path_length;
};

/* KC_INVALID unless the line has exactly the known form. `length` without the newline. */
KC_MUST_USE enum kc_error code_parse_mapping(const char *line, size_t length,
                                             struct mapping *ret_mapping);

/* The name with \012 turned back into a newline. KC_TOO_BIG. */
KC_MUST_USE enum kc_error code_unescape_path(const struct mapping *mapping, char *buffer,
                                             size_t size);

/* What is at a place, and on which mount, without asking a file server. */
KC_MUST_USE enum kc_error code_look_at_place(int place, struct statx *ret_status);

/* Root's, not writable by group or others, a regular file or directory, on a local mount where
 * set-id is honoured. KC_UNSAFE: it isn't; KC_NO_MEMORY. `known` as in mounts.h. */
KC_MUST_USE enum kc_error code_check_trusted_place(int place, const struct statx *status,
                                                   const struct mount *known);

/* The same by name; what the name means a moment later isn't known. KC_NOT_FOUND. */
KC_MUST_USE enum kc_error code_check_trusted(const char *path);

/* The file is called `name`. */
bool code_is_called(const char *path, size_t length, const char *name);

/* Adds a file that LD_PRELOAD names to those that aren't trusted. KC_UNSAFE: it can't be opened, or
 * there are too many; KC_NO_MEMORY. */
KC_MUST_USE enum kc_error code_keep_preloaded(struct code *code, const char *path);

/* Fills flaw and subject when the variables that the loader obeys lead outside of what is
 * trusted. */
KC_MUST_USE enum kc_error code_look_environment(const struct process *process, struct code *code);

#endif
