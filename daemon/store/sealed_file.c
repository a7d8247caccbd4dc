/* SPDX-License-Identifier: MIT */
/*
 * The file store: keyring.json in a directory of our own, held in memory and written whole.
 * When the file and what we remember of it disagree, the file is read anew or refused; it is
 * never overwritten with what we remember. Its form is keyring_text.c's to know.
 */
#include "daemon/store/backend.h"

#include "daemon/crypto.h"
#include "daemon/store/held.h"
#include "daemon/store/keyring_text.h"
#include "libkc/error.h"
#include "platform/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYRING_NAME "keyring.json"
#define LOCK_NAME    ".lock"

struct sealed_file {
    struct held held;
    char *path;
    char key_id[CRYPTO_KEY_ID_SIZE];
    struct file_lock *lock;
    struct file_stamp stamp;           /* of the bytes that the items stand for */
    struct file_replacement *prepared; /* NULL: nothing is */
};

static struct sealed_file *file_of(struct store_backend *backend) {
    return (struct sealed_file *)backend;
}

static bool is_absent(const struct file_stamp *stamp) {
    static const struct file_stamp none;
    return file_stamp_equal(stamp, &none);
}

/* "directory/name"; NULL when there is no memory. */
static char *join_path(const char *directory, const char *name) {
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = malloc(size);
    if (path != NULL) {
        snprintf(path, size, "%s/%s", directory, name);
    }
    return path;
}

/* A sentence for an error that a file gave us, unless it has one already. */
static enum kc_error explain(enum kc_error error, const char *path, char why[KC_MESSAGE_MAX]) {
    const char *remedy = "nothing was changed";
    if (error == KC_UNSAFE) {
        remedy = "it must be a regular file of yours with mode 0600; look who changed it, then "
                 "\"chmod 600\" it";
    } else if (error == KC_DAMAGED) {
        remedy = "restore it from a backup; nothing was changed";
    }
    snprintf(why, KC_MESSAGE_MAX, "can't use the keyring \"%s\": %s; %s", path,
             kc_error_text(error), remedy);
    return error;
}

static enum kc_error damaged(const struct sealed_file *file, const char *what,
                             char why[KC_MESSAGE_MAX]) {
    snprintf(why, KC_MESSAGE_MAX,
             "the keyring \"%s\" is damaged: %.400s; restore it from a backup; nothing was changed",
             file->path, what);
    return KC_DAMAGED;
}

/* Into a fresh set first: what we hold is given up only for something whole. */
static enum kc_error adopt(struct sealed_file *file, const struct file_bytes *bytes,
                           char why[KC_MESSAGE_MAX]) {
    char what[KC_MESSAGE_MAX] = "";
    struct items *fresh = NULL;
    enum kc_error error = keyring_parse(bytes->bytes, bytes->length, file->key_id, &fresh, what);
    if (error == KC_DAMAGED) {
        return damaged(file, what, why);
    }
    if (error != KC_OK) {
        return explain(error, file->path, why);
    }
    items_free(file->held.items);
    file->held.items = fresh;
    file->stamp = bytes->stamp;
    return KC_OK;
}

static enum kc_error load(struct sealed_file *file, char why[KC_MESSAGE_MAX]) {
    struct file_bytes bytes = {0};
    enum kc_error error = file_read(file->path, FILE_SECRET, KEYRING_SIZE_MAX, &bytes);
    if (error == KC_NOT_FOUND) {
        return is_absent(&file->stamp) ? KC_OK : damaged(file, "it has disappeared", why);
    }
    if (error == KC_TOO_BIG) {
        return damaged(file, "it is too long", why);
    }
    if (error != KC_OK) {
        return explain(error, file->path, why);
    }
    error = adopt(file, &bytes, why);
    file_bytes_clear(&bytes);
    return error;
}

/* After a failure the stamp stays that of the last good bytes, so that the file is looked at
 * again each time, until it is mended. */
static enum kc_error sealed_file_refresh(struct store_backend *backend, char why[KC_MESSAGE_MAX]) {
    struct sealed_file *file = file_of(backend);
    struct file_stamp present = {0};
    enum kc_error error = file_stamp(file->path, &present);
    if (error != KC_OK) {
        return explain(error, file->path, why);
    }
    return file_stamp_equal(&present, &file->stamp) ? KC_OK : load(file, why);
}

static enum kc_error sealed_file_put(struct store_backend *backend, struct item **take_item) {
    KC_AUTO(item) item = *take_item;
    *take_item = NULL;
    enum kc_error error = keyring_write_item(item);
    return error != KC_OK ? error : items_put(file_of(backend)->held.items, &item);
}

static void discard(struct sealed_file *file) {
    file_replacement_free(file->prepared);
    file->prepared = NULL;
}

/* Somebody who doesn't know our lock may have written since the refresh: their bytes win. */
static enum kc_error check_unchanged(const struct sealed_file *file) {
    struct file_stamp present = {0};
    enum kc_error error = file_stamp(file->path, &present);
    if (error != KC_OK) {
        return error;
    }
    return file_stamp_equal(&present, &file->stamp) ? KC_OK : KC_CHANGED;
}

static enum kc_error sealed_file_prepare(struct store_backend *backend) {
    struct sealed_file *file = file_of(backend);
    discard(file);
    if (items_mark(file->held.items) == 0) {
        return KC_OK;
    }
    enum kc_error error = check_unchanged(file);
    if (error != KC_OK) {
        return error;
    }
    struct file_piece piece = {0};
    char *text = NULL;
    error = keyring_write(file->held.items, file->key_id, &text, &piece.length);
    if (error != KC_OK) {
        return error;
    }
    piece.bytes = text;
    error = file_replace_prepare(file->path, &piece, 1, &file->prepared);
    free(text);
    return error;
}

static void sealed_file_rollback(struct store_backend *backend) {
    struct sealed_file *file = file_of(backend);
    discard(file);
    items_undo(file->held.items, 0);
}

static enum kc_error sealed_file_commit(struct store_backend *backend) {
    struct sealed_file *file = file_of(backend);
    enum kc_error error = KC_OK;
    if (file->prepared != NULL) {
        error = file_replace_commit(&file->prepared, &file->stamp);
    } else if (items_mark(file->held.items) != 0) {
        error = KC_INTERNAL; /* staged, but never prepared: nothing of it is on the disk */
    }
    if (error != KC_OK) {
        sealed_file_rollback(backend);
        return error;
    }
    items_settle(file->held.items);
    return KC_OK;
}

static void sealed_file_free(struct sealed_file *file) {
    if (file == NULL) {
        return;
    }
    discard(file);
    items_free(file->held.items);
    file_lock_free(file->lock);
    free(file->path);
    free(file);
}
KC_AUTO_DEFINE(sealed_file)

static void sealed_file_close(struct store_backend *backend) {
    sealed_file_free((struct sealed_file *)backend);
}

static const struct store_table sealed_file_table = {
    .name = "file",
    .refresh = sealed_file_refresh,
    .find = held_find,
    .list = held_list,
    .each = held_each,
    .put = sealed_file_put,
    .remove = held_remove,
    .mark = held_mark,
    .undo = held_undo,
    .prepare = sealed_file_prepare,
    .commit = sealed_file_commit,
    .rollback = sealed_file_rollback,
    .count = held_count,
    .close = sealed_file_close,
};

static enum kc_error take_lock(const char *directory, struct file_lock **ret_lock,
                               char why[KC_MESSAGE_MAX]) {
    char *path = join_path(directory, LOCK_NAME);
    if (path == NULL) {
        return explain(KC_NO_MEMORY, directory, why);
    }
    enum kc_error error = file_lock(path, 0, ret_lock);
    if (error == KC_BUSY) {
        snprintf(why, KC_MESSAGE_MAX,
                 "the store in \"%s\" is in use by another daemon; stop that one first", directory);
    } else if (error != KC_OK) {
        explain(error, path, why);
    }
    free(path);
    return error;
}

/* What can be made before the disk is touched. */
static enum kc_error file_new(const char *directory, const char *key_id,
                              struct sealed_file **ret_file) {
    KC_AUTO(sealed_file) file = calloc(1, sizeof *file);
    if (file == NULL) {
        return KC_NO_MEMORY;
    }
    file->held.backend.table = &sealed_file_table;
    file->path = join_path(directory, KEYRING_NAME);
    if (file->path == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = items_new(&file->held.items);
    if (error != KC_OK) {
        return error;
    }
    (void)snprintf(file->key_id, sizeof file->key_id, "%s", key_id);
    *ret_file = file;
    file = NULL;
    return KC_OK;
}

static enum kc_error make_directory(const char *directory, char why[KC_MESSAGE_MAX]) {
    enum kc_error error = file_make_directory(directory);
    if (error != KC_OK) {
        snprintf(why, KC_MESSAGE_MAX,
                 "can't use the directory \"%s\": %s; it must be yours and writable by you alone",
                 directory, kc_error_text(error));
    }
    return error;
}

enum kc_error sealed_file_open(const char *directory, const char *key_id,
                               struct store_backend **ret_backend, char why[KC_MESSAGE_MAX]) {
    KC_AUTO(sealed_file) file = NULL;
    enum kc_error error = file_new(directory, key_id, &file);
    if (error != KC_OK) {
        return explain(error, directory, why);
    }
    error = make_directory(directory, why);
    if (error != KC_OK) {
        return error;
    }
    error = take_lock(directory, &file->lock, why);
    if (error != KC_OK) {
        return error;
    }
    /* What a crash left holds values that may have been deleted since. */
    error = file_replace_sweep(file->path);
    if (error != KC_OK) {
        return explain(error, directory, why);
    }
    error = load(file, why);
    if (error != KC_OK) {
        return error;
    }
    *ret_backend = &file->held.backend;
    file = NULL;
    return KC_OK;
}

enum kc_error sealed_file_exists(const char *directory, bool *ret_exists) {
    char *path = join_path(directory, KEYRING_NAME);
    if (path == NULL) {
        return KC_NO_MEMORY;
    }
    struct file_stamp stamp = {0};
    enum kc_error error = file_stamp(path, &stamp);
    free(path);
    if (error == KC_OK) {
        *ret_exists = !is_absent(&stamp);
    }
    return error;
}
