/* SPDX-License-Identifier: MIT */
/* The lock beside a shared file, the directory that both need, and what edits leave there. */
#include "daemon/edit_lock.h"

#include <stdlib.h>
#include <string.h>

#define LOCK_SUFFIX ".lock"

/* Ends `path` at its last slash; false when that leaves nothing. */
static bool cut_to_directory(char *path) {
    char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path) {
        return false;
    }
    *slash = '\0';
    return true;
}

enum kc_error edit_lock_take(const char *path, unsigned wait_ms, struct file_lock **ret_lock) {
    KC_AUTO(file_lock) lock = NULL;
    size_t length = strlen(path);
    char *name = malloc(length + sizeof LOCK_SUFFIX);
    if (name == NULL) {
        return KC_NO_MEMORY;
    }
    memcpy(name, path, length + 1);
    enum kc_error error = cut_to_directory(name) ? file_make_directory(name) : KC_INVALID;
    if (error == KC_OK) {
        memcpy(name, path, length);
        memcpy(name + length, LOCK_SUFFIX, sizeof LOCK_SUFFIX);
        error = file_lock(name, wait_ms, &lock);
    }
    free(name);
    if (error == KC_OK) {
        error = file_replace_sweep(path);
    }
    if (error == KC_OK) {
        *ret_lock = lock;
        lock = NULL;
    }
    return error;
}
