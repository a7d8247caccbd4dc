/* SPDX-License-Identifier: MIT */
/* Reads a closed file, writes its packed copy, reads that back; only then the file goes. */
#include "daemon/audit_pack.h"

#include "daemon/audit_files.h"
#include "daemon/audit_gzip.h"
#include "daemon/audit_reader.h"
#include "platform/file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)64 * 1024)

/* Bytes that grow; bounded by what a file of the record may be long. */
struct bytes {
    char *text;
    size_t length;
    size_t capacity;
};

static enum kc_error make_room(struct bytes *bytes) {
    if (bytes->capacity - bytes->length >= CHUNK_SIZE) {
        return KC_OK;
    }
    size_t capacity = 2 * bytes->capacity + CHUNK_SIZE;
    char *grown = realloc(bytes->text, capacity);
    if (grown == NULL) {
        return KC_NO_MEMORY;
    }
    bytes->text = grown;
    bytes->capacity = capacity;
    return KC_OK;
}

/* Everything that comes out for what was fed. KC_AGAIN, KC_END. */
static enum kc_error drain(struct audit_gzip *gzip, struct bytes *packed) {
    enum kc_error error = KC_OK;
    while (error == KC_OK) {
        size_t length = 0;
        error = make_room(packed);
        if (error == KC_OK) {
            error = audit_gzip_take(gzip, packed->text + packed->length,
                                    packed->capacity - packed->length, &length);
            packed->length += error == KC_OK ? length : 0;
        }
    }
    return error;
}

static bool is_told_to_stop(const atomic_bool *is_stopping) {
    return is_stopping != NULL && atomic_load(is_stopping);
}

/* The next bytes of a file; at its end none. */
static enum kc_error next_chunk(const struct file_log *log, uint64_t offset, char *chunk,
                                size_t *ret_length) {
    uint64_t left = file_log_size(log) - offset;
    *ret_length = left < CHUNK_SIZE ? (size_t)left : CHUNK_SIZE;
    return file_log_read(log, offset, chunk, *ret_length);
}

static enum kc_error pack(const struct file_log *log, const atomic_bool *is_stopping,
                          struct bytes *packed) {
    KC_AUTO(audit_gzip) gzip = NULL;
    char chunk[CHUNK_SIZE];
    uint64_t offset = 0;
    enum kc_error error = audit_gzip_new(AUDIT_PACK, &gzip);
    if (error == KC_OK) {
        error = KC_AGAIN;
    }
    while (error == KC_AGAIN) {
        size_t length = 0;
        error = is_told_to_stop(is_stopping) ? KC_BUSY : next_chunk(log, offset, chunk, &length);
        if (error == KC_OK) {
            offset += length;
            audit_gzip_feed(gzip, chunk, length, offset == file_log_size(log));
            error = drain(gzip, packed);
        }
    }
    return error == KC_END ? KC_OK : error;
}

/* KC_CHANGED: not the same lines. */
static enum kc_error compare(const struct audit_file *file, const struct audit_file *copy,
                             const atomic_bool *is_stopping) {
    KC_AUTO(audit_reader) one = NULL;
    KC_AUTO(audit_reader) other = NULL;
    enum kc_error error = audit_reader_open(file, &one);
    if (error == KC_OK) {
        error = audit_reader_open(copy, &other);
    }
    while (error == KC_OK) {
        struct audit_piece left;
        struct audit_piece right;
        error = audit_reader_next(one, &left);
        enum kc_error second = audit_reader_next(other, &right);
        if (error == KC_OK &&
            (second != KC_OK || left.length != right.length || left.is_whole != right.is_whole ||
             left.offset != right.offset || memcmp(left.text, right.text, left.length) != 0)) {
            return KC_CHANGED;
        }
        if (error == KC_END) {
            return second == KC_END ? KC_OK : KC_CHANGED;
        }
        error = error == KC_OK && is_told_to_stop(is_stopping) ? KC_BUSY : error;
    }
    return error;
}

/* A line that is longer than any of ours is passed over when files are compared: such a file isn't
 * packed, because it isn't ours. */
static enum kc_error check_lines(const struct audit_file *file) {
    KC_AUTO(audit_reader) reader = NULL;
    struct audit_piece piece;
    enum kc_error error = audit_reader_open(file, &reader);
    while (error == KC_OK && (error = audit_reader_next(reader, &piece)) == KC_OK) {
        error = piece.is_whole ? KC_OK : KC_DAMAGED;
    }
    return error == KC_END ? KC_OK : error;
}

static enum kc_error pack_to(const struct audit_file *file, const char *name,
                             const atomic_bool *is_stopping) {
    KC_AUTO(file_log) log = NULL;
    struct bytes packed = {.text = NULL};
    enum kc_error error = file_log_open_old(file->path, &log);
    if (error == KC_OK) {
        error = pack(log, is_stopping, &packed);
    }
    if (error == KC_OK) {
        error = file_replace_sweep(name);
    }
    if (error == KC_OK) {
        error = file_replace(name, packed.text, packed.length);
    }
    free(packed.text);
    return error;
}

static enum kc_error pack_file(const char *path, const struct audit_file *file,
                               const atomic_bool *is_stopping) {
    char *name = NULL;
    enum kc_error error = check_lines(file);
    if (error == KC_OK) {
        error = audit_files_name(path, file->number, true, &name);
    }
    if (error != KC_OK) {
        return error;
    }
    struct audit_file copy = {.number = file->number, .is_packed = true, .path = name};
    error = pack_to(file, name, is_stopping);
    if (error == KC_OK) {
        error = compare(file, &copy, is_stopping);
    }
    if (error == KC_OK) {
        error = file_remove(file->path);
    }
    free(name);
    return error;
}

enum kc_error audit_pack_all(const char *path, const atomic_bool *is_stopping) {
    KC_AUTO(audit_files) files = NULL;
    enum kc_error error = audit_files_new(path, &files);
    for (size_t i = 0; error == KC_OK && i < files->count; i++) {
        const struct audit_file *file = &files->list[i];
        if (file->number == 0 || file->is_packed) {
            continue;
        }
        /* One that can't be packed is no reason to leave the others. */
        error = pack_file(path, file, is_stopping) == KC_BUSY ? KC_BUSY : KC_OK;
    }
    return error;
}
