/* SPDX-License-Identifier: MIT */
/*
 * The key slot file on the disk: read where only we may read it, made once, and replaced whole.
 * What the text means is keyslot_parse.c's to know.
 */
#include "daemon/keyslot.h"

#include "daemon/crypto.h"
#include "libkc/error.h"
#include "libkc/secret.h"
#include "platform/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_TIMEOUT_MS 5000

static enum kc_error damaged_file(const char *path, const char *what, char why[KC_MESSAGE_MAX]) {
    snprintf(
        why, KC_MESSAGE_MAX,
        "the key file \"%s\" is damaged: %.400s; restore it from a backup; nothing was changed",
        path, what);
    return KC_DAMAGED;
}

static enum kc_error explain(enum kc_error error, const char *path, char why[KC_MESSAGE_MAX]) {
    const char *remedy = error == KC_UNSAFE
                             ? "it must be a regular file of yours that nobody else can read; "
                               "look who changed it, then \"chmod 600\" it"
                             : "nothing was changed";
    snprintf(why, KC_MESSAGE_MAX, "can't use the key file \"%s\": %s; %s", path,
             kc_error_text(error), remedy);
    return error;
}

enum kc_error keyslot_load(const char *path, struct keyslots **ret_slots,
                           char why[KC_MESSAGE_MAX]) {
    struct file_bytes bytes = {0};
    enum kc_error error = file_read(path, FILE_SECRET, KEYSLOT_FILE_MAX, &bytes);
    if (error == KC_TOO_BIG) {
        return damaged_file(path, "it is too long", why);
    }
    if (error != KC_OK) {
        return explain(error, path, why);
    }
    char what[KC_MESSAGE_MAX] = "";
    error = keyslots_parse(bytes.bytes, bytes.length, ret_slots, what);
    file_bytes_clear(&bytes);
    if (error == KC_DAMAGED) {
        return damaged_file(path, what, why);
    }
    return error != KC_OK ? explain(error, path, why) : KC_OK;
}

static enum kc_error random_key(struct secret **ret_key) {
    KC_AUTO(secret) key = NULL;
    enum kc_error error = secret_new(CRYPTO_KEY_SIZE, &key);
    if (error != KC_OK) {
        return error;
    }
    error = crypto_random(secret_bytes(key), CRYPTO_KEY_SIZE);
    if (error != KC_OK) {
        return error;
    }
    secret_set_length(key, CRYPTO_KEY_SIZE);
    *ret_key = key;
    key = NULL;
    return KC_OK;
}

/* A new key, and the slots that keep it. */
static enum kc_error new_slots(struct keyslots **ret_slots) {
    KC_AUTO(secret) key = NULL;
    KC_AUTO(keyslots) slots = NULL;
    enum kc_error error = random_key(&key);
    if (error == KC_OK) {
        error = keyslots_new(key, &slots);
    }
    if (error == KC_OK) {
        error = keyslots_add_key(slots, key);
    }
    if (error == KC_OK) {
        *ret_slots = slots;
        slots = NULL;
    }
    return error;
}

static enum kc_error write_file(const char *path, const struct keyslots *slots) {
    KC_AUTO(secret) text = NULL;
    enum kc_error error = keyslots_text(slots, &text);
    return error != KC_OK ? error : file_replace(path, secret_view(text), secret_length(text));
}

/* Under the lock: between the look and the write nobody else of ours makes the file. */
static enum kc_error write_new_file(const char *path, const struct keyslots *slots) {
    struct file_stamp present = {0};
    struct file_stamp none = {0};
    enum kc_error error = file_stamp(path, &present);
    if (error != KC_OK) {
        return error;
    }
    return file_stamp_equal(&present, &none) ? write_file(path, slots) : KC_EXISTS;
}

static enum kc_error make_parent(const char *path) {
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path) {
        return KC_OK;
    }
    size_t length = (size_t)(slash - path);
    char *parent = malloc(length + 1);
    if (parent == NULL) {
        return KC_NO_MEMORY;
    }
    memcpy(parent, path, length);
    parent[length] = '\0';
    enum kc_error error = file_make_directory(parent);
    free(parent);
    return error;
}

static enum kc_error take_lock(const char *path, struct file_lock **ret_lock) {
    static const char suffix[] = ".lock";
    size_t size = strlen(path) + sizeof suffix;
    char *lock_path = malloc(size);
    if (lock_path == NULL) {
        return KC_NO_MEMORY;
    }
    snprintf(lock_path, size, "%s%s", path, suffix);
    enum kc_error error = file_lock(lock_path, LOCK_TIMEOUT_MS, ret_lock);
    free(lock_path);
    return error;
}

enum kc_error keyslot_create(const char *path, struct keyslots **ret_slots,
                             char why[KC_MESSAGE_MAX]) {
    KC_AUTO(file_lock) lock = NULL;
    KC_AUTO(keyslots) slots = NULL;
    enum kc_error error = new_slots(&slots);
    if (error == KC_OK) {
        error = make_parent(path);
    }
    if (error == KC_OK) {
        error = take_lock(path, &lock);
    }
    if (error == KC_OK) {
        error = write_new_file(path, slots);
    }
    if (error != KC_OK) {
        return explain(error, path, why);
    }
    *ret_slots = slots;
    slots = NULL;
    return KC_OK;
}

/* What a crash left beside the file may hold the key in the clear. */
enum kc_error keyslot_save(const char *path, const struct keyslots *slots,
                           char why[KC_MESSAGE_MAX]) {
    KC_AUTO(file_lock) lock = NULL;
    enum kc_error error = take_lock(path, &lock);
    if (error == KC_OK) {
        error = file_replace_sweep(path);
    }
    if (error == KC_OK) {
        error = write_file(path, slots);
    }
    return error != KC_OK ? explain(error, path, why) : KC_OK;
}
