/* SPDX-License-Identifier: MIT */
/* Becoming another program: putenv(3) and execvp(3), which hands a file without a first line to the
 * shell, as every shell does. */
#define _XOPEN_SOURCE 700 /* putenv(3) */
#include "platform/launch.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum kc_error launch_set_variable(char *entry) {
    return putenv(entry) == 0 ? KC_OK : KC_NO_MEMORY;
}

enum kc_error launch_program(char *const *argv) {
    (void)execvp(argv[0], argv);
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
        return KC_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EISDIR:
        return KC_DENIED;
    case E2BIG:
        return KC_TOO_BIG;
    case ENOEXEC:
    case EINVAL:
        return KC_INVALID;
    case ENOMEM:
        return KC_NO_MEMORY;
    default:
        return KC_IO;
    }
}
