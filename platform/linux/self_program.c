/* SPDX-License-Identifier: MIT */
/* The link that the kernel keeps for each process: proc_pid_exe(5). */
#include "platform/self.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum kc_error self_program(char **ret_path) {
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    if (length < 0 || (size_t)length == sizeof path || path[0] != '/') {
        return KC_NOT_FOUND;
    }
    *ret_path = strndup(path, (size_t)length);
    return *ret_path != NULL ? KC_OK : KC_NO_MEMORY;
}
