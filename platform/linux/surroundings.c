/* SPDX-License-Identifier: MIT */
/*
 * Where a process runs: in our own user name space, with one number, without a tracer. From
 * anywhere else its number, or the file it claims to run, could be forged.
 */
#define _GNU_SOURCE
#include "platform/linux/process_internal.h"

#include "platform/check.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static enum kc_error check_status(const struct process *process, const char **ret_why) {
    KC_AUTO_TEXT text = NULL;
    size_t length = 0;
    struct process_status status;
    enum kc_error error = process_read_text(process, "status", &text, &length);
    if (error == KC_OK) {
        error = process_parse_status(text, &status);
    }
    if (error != KC_OK) {
        *ret_why = "its status can't be read";
        return error == KC_INVALID ? KC_UNSAFE : error;
    }
    if (status.tracer != 0 && check_is_on("tracer")) {
        *ret_why = "it is traced by another process";
        return KC_UNSAFE;
    }
    if (status.numbers != 1 && check_is_on("pid_namespace")) {
        *ret_why = "it runs in a pid name space of its own";
        return KC_UNSAFE;
    }
    return KC_OK;
}

/* KC_DENIED: alive, but it doesn't let us look. */
static enum kc_error check_user_namespace(const struct process *process, const char **ret_why) {
    struct stat theirs;
    struct stat ours;
    if (fstatat(process->directory, "ns/user", &theirs, 0) != 0) {
        enum kc_error error = process_look_error(process, errno);
        *ret_why = "its user name space can't be looked at (set-id or non-dumpable)";
        return error == KC_UNSAFE ? KC_DENIED : error;
    }
    if (stat("/proc/self/ns/user", &ours) != 0) {
        *ret_why = "our own user name space can't be looked at";
        return KC_UNSAFE;
    }
    bool is_ours = theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
    if (!is_ours && check_is_on("user_namespace")) {
        *ret_why = "it runs in a user name space of its own";
        return KC_UNSAFE;
    }
    return KC_OK;
}

enum kc_error process_check_surroundings(const struct process *process, const char **ret_why) {
    enum kc_error error = check_status(process, ret_why);
    if (error == KC_OK) {
        error = check_user_namespace(process, ret_why);
    }
    return error == KC_DENIED ? KC_UNSAFE : error;
}

enum kc_error process_check_untraced(const struct process *process, const char **ret_why) {
    const char *why = NULL;
    enum kc_error error = check_status(process, &why);
    if (error == KC_OK) {
        error = check_user_namespace(process, &why);
    }
    if (error == KC_DENIED) {
        /* A client may turn non-dumpable once we have looked. A name space that it enters
         * afterwards doesn't change the number under which it writes. */
        return KC_OK;
    }
    if (error != KC_OK) {
        *ret_why = why;
    }
    return error;
}
