/* SPDX-License-Identifier: MIT */
/*
 * pending.json as a file: every change reads, edits and replaces it under its lock. Its text is
 * pending_read's and pending_write's, and what the list does with an entry pending_list's to know.
 */
#include "daemon/pending.h"

#include "daemon/edit_lock.h"
#include "daemon/pending_internal.h"
#include "platform/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAMAGED_SUFFIX ".damaged"

static enum kc_error load_all(const char *path, struct pending **ret_pending) {
    struct file_bytes bytes = {0};
    enum kc_error error = file_read(path, FILE_SECRET, PENDING_SIZE_MAX, &bytes);
    if (error == KC_OK || error == KC_NOT_FOUND) {
        error = pending_parse(bytes.bytes, bytes.length, ret_pending);
    }
    file_bytes_clear(&bytes);
    return error == KC_TOO_BIG ? KC_DAMAGED : error;
}

enum kc_error pending_load(const char *path, int64_t now_us, struct pending **ret_pending) {
    KC_AUTO(pending) pending = NULL;
    enum kc_error error = load_all(path, &pending);
    if (error == KC_OK) {
        pending_expire(pending, now_us);
        *ret_pending = pending;
        pending = NULL;
    }
    return error;
}

static enum kc_error save(const char *path, const struct pending *pending) {
    char *text = NULL;
    size_t length = 0;
    enum kc_error error = pending_write(pending, &text, &length);
    if (error == KC_OK) {
        error = file_replace(path, text, length);
    }
    free(text);
    return error;
}

static enum kc_error put_aside(const char *path) {
    size_t length = strlen(path);
    char *aside = malloc(length + sizeof DAMAGED_SUFFIX);
    if (aside == NULL) {
        return KC_NO_MEMORY;
    }
    memcpy(aside, path, length);
    memcpy(aside + length, DAMAGED_SUFFIX, sizeof DAMAGED_SUFFIX);
    enum kc_error error = rename(path, aside) == 0 ? KC_OK : KC_IO;
    free(aside);
    return error;
}

static enum kc_error load_or_begin(const char *path, int64_t now_us, struct pending **ret_pending) {
    enum kc_error error = pending_load(path, now_us, ret_pending);
    if (error == KC_DAMAGED || error == KC_UNSAFE) {
        error = put_aside(path);
        if (error == KC_OK) {
            error = pending_parse("", 0, ret_pending);
        }
    }
    return error;
}

enum kc_error pending_add(const char *path, const struct pending_note *notes, size_t count,
                          int64_t now_us, unsigned wait_ms) {
    KC_AUTO(file_lock) lock = NULL;
    KC_AUTO(pending) pending = NULL;
    enum kc_error error = edit_lock_take(path, wait_ms, &lock);
    if (error == KC_OK) {
        error = load_or_begin(path, now_us, &pending);
    }
    for (size_t i = 0; i < count && error == KC_OK; i++) {
        error = pending_enter(pending, &notes[i], now_us);
    }
    return error == KC_OK ? save(path, pending) : error;
}

enum kc_error pending_remove(const char *path, const char *binary_path, const char *id) {
    KC_AUTO(file_lock) lock = NULL;
    KC_AUTO(pending) pending = NULL;
    enum kc_error error = edit_lock_take(path, EDIT_LOCK_WAIT_MS, &lock);
    if (error == KC_OK) {
        error = load_all(path, &pending);
    }
    if (error != KC_OK) {
        return error;
    }
    size_t index = pending_index(pending, binary_path, id);
    if (index == pending->count) {
        return KC_NOT_FOUND;
    }
    pending_drop(pending, index);
    return save(path, pending);
}
