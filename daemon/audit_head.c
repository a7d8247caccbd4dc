/* SPDX-License-Identifier: MIT */
/*
 * One look at one line, however long the log has become; only a file that is packed has to be
 * read up to there.
 */
#include "daemon/audit_head.h"

#include "daemon/audit.h"
#include "daemon/audit_files.h"
#include "daemon/audit_reader.h"
#include "platform/file.h"

#include <stdlib.h>
#include <string.h>

/* A record, its newline, and the newline in front of it. */
#define LOOK_SIZE ((size_t)AUDIT_WRITTEN_MAX + 2)

static enum kc_error check_line(const char *line, size_t length, const struct audit_head *head) {
    struct audit_links links;
    char hash[HASH_TEXT_SIZE];
    enum kc_error error = audit_read_links(line, length, &links);
    if (error == KC_OK) {
        error = audit_hash(line, length, hash);
    }
    if (error != KC_OK) {
        return error == KC_DAMAGED ? KC_CHANGED : error;
    }
    bool is_same = links.seq == head->place.seq && strcmp(hash, head->place.hash) == 0;
    return is_same ? KC_OK : KC_CHANGED;
}

/* The line that ends at `head->size`, in the buffer that was read up to there. */
static enum kc_error check_last(const char *bytes, size_t length, const struct audit_head *head) {
    if (length < 2 || bytes[length - 1] != '\n') {
        return KC_CHANGED;
    }
    size_t end = length - 1;
    size_t start = end;
    while (start > 0 && bytes[start - 1] != '\n') {
        start--;
    }
    return check_line(bytes + start, end - start, head);
}

enum kc_error audit_head_check(const struct file_log *log, const struct audit_head *head) {
    if (head->place.seq == 0) {
        return KC_OK;
    }
    size_t length = head->size < LOOK_SIZE ? (size_t)head->size : LOOK_SIZE;
    char *bytes = malloc(length + 1);
    if (bytes == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = file_log_read(log, head->size - length, bytes, length);
    if (error == KC_OK) {
        error = check_last(bytes, length, head);
    }
    free(bytes);
    return error == KC_END ? KC_CHANGED : error;
}

/* The line behind which the reader stands at `head->size`. */
static enum kc_error check_behind(struct audit_reader *reader, const struct audit_head *head) {
    struct audit_piece piece;
    enum kc_error error = KC_OK;
    while ((error = audit_reader_next(reader, &piece)) == KC_OK) {
        uint64_t end = piece.offset + piece.length + 1;
        if (end == head->size && piece.is_whole) {
            return check_line(piece.text, piece.length, head);
        }
        if (end > head->size) {
            return KC_CHANGED;
        }
    }
    return error == KC_END || error == KC_DAMAGED || error == KC_TOO_BIG ? KC_CHANGED : error;
}

static enum kc_error check_in(const struct audit_file *file, const struct audit_head *head) {
    KC_AUTO(file_log) log = NULL;
    KC_AUTO(audit_reader) reader = NULL;
    if (!file->is_packed) {
        enum kc_error error = file_log_open_old(file->path, &log);
        if (error != KC_NOT_FOUND) {
            return error == KC_OK ? audit_head_check(log, head) : error;
        }
    }
    enum kc_error error = audit_reader_open(file, &reader);
    return error == KC_OK ? check_behind(reader, head) : error;
}

/* Whether a file begins behind that record, so that an earlier one must have it. */
static bool begins_later(const struct audit_file *file, const struct audit_head *head) {
    KC_AUTO(audit_reader) reader = NULL;
    struct audit_piece piece;
    struct audit_links links;
    return audit_reader_open(file, &reader) == KC_OK &&
           audit_reader_next(reader, &piece) == KC_OK && piece.length <= AUDIT_LINE_MAX &&
           audit_read_links(piece.text, piece.length, &links) == KC_OK &&
           links.seq > head->place.seq;
}

enum kc_error audit_head_check_file(const char *path, const struct audit_head *head) {
    KC_AUTO(audit_files) files = NULL;
    enum kc_error error = audit_files_new(path, &files);
    if (error != KC_OK || head->place.seq == 0) {
        return error;
    }
    for (size_t i = files->count; i > 0; i--) {
        const struct audit_file *file = &files->list[i - 1];
        if (i == 1 || !begins_later(file, head)) {
            error = check_in(file, head);
            return error == KC_NOT_FOUND ? KC_CHANGED : error;
        }
    }
    return KC_CHANGED;
}
