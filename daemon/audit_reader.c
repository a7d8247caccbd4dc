/* SPDX-License-Identifier: MIT */
/*
 * A window over a log. Lines longer than any of ours are cut and passed over: they can't be
 * records, and their length is somebody else's choice.
 */
#include "daemon/audit_reader.h"

#include "daemon/audit.h"
#include "platform/file.h"

#include <stdlib.h>
#include <string.h>

#define BUFFER_SIZE (2 * (size_t)AUDIT_LINE_MAX)

/* Enough for a torn line and the whole record before it. */
#define TAIL_SIZE   (4 * (uint64_t)AUDIT_LINE_MAX)

struct audit_reader {
    const struct file_log *log;
    uint64_t offset; /* of the first byte that isn't in the buffer yet */
    uint64_t end;
    size_t start; /* the next line in the buffer */
    size_t filled;
    bool is_skipping; /* inside a line that was too long */
    char buffer[BUFFER_SIZE];
};

enum kc_error audit_reader_new(const struct file_log *log, uint64_t offset,
                               struct audit_reader **ret_reader) {
    struct audit_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        return KC_NO_MEMORY;
    }
    reader->log = log;
    reader->offset = offset;
    reader->end = file_log_size(log);
    *ret_reader = reader;
    return KC_OK;
}

void audit_reader_free(struct audit_reader *reader) {
    free(reader);
}

/* KC_END: the file has no more. */
static enum kc_error fill(struct audit_reader *reader) {
    memmove(reader->buffer, reader->buffer + reader->start, reader->filled - reader->start);
    reader->filled -= reader->start;
    reader->start = 0;
    if (reader->offset >= reader->end) {
        return KC_END;
    }
    size_t room = BUFFER_SIZE - reader->filled;
    uint64_t left = reader->end - reader->offset;
    size_t length = left < room ? (size_t)left : room;
    enum kc_error error =
        file_log_read(reader->log, reader->offset, reader->buffer + reader->filled, length);
    if (error != KC_OK) {
        return error == KC_END ? KC_CHANGED : error;
    }
    reader->offset += length;
    reader->filled += length;
    return KC_OK;
}

static size_t line_length_limit(size_t length) {
    return length > AUDIT_LINE_MAX ? (size_t)AUDIT_LINE_MAX + 1 : length;
}

/* Hands out `length` bytes of the buffer as a piece and steps over `used`. */
static void hand_out(struct audit_reader *reader, size_t length, size_t used,
                     struct audit_piece *ret_piece) {
    ret_piece->text = reader->buffer + reader->start;
    ret_piece->length = line_length_limit(length);
    ret_piece->is_whole = used > length;
    ret_piece->offset = reader->offset - (reader->filled - reader->start);
    reader->start += used;
}

enum kc_error audit_reader_next(struct audit_reader *reader, struct audit_piece *ret_piece) {
    for (;;) {
        size_t length = reader->filled - reader->start;
        const char *line = reader->buffer + reader->start;
        const char *newline = length == 0 ? NULL : memchr(line, '\n', length);
        if (newline != NULL && reader->is_skipping) {
            reader->is_skipping = false;
            reader->start += (size_t)(newline - line) + 1;
            continue;
        }
        if (newline != NULL) {
            size_t found = (size_t)(newline - line);
            hand_out(reader, found, found + 1, ret_piece);
            return KC_OK;
        }
        if (reader->is_skipping) {
            reader->start = reader->filled;
        } else if (length > AUDIT_LINE_MAX) {
            hand_out(reader, length, length, ret_piece);
            reader->is_skipping = true;
            return KC_OK;
        }
        enum kc_error error = fill(reader);
        if (error == KC_END && reader->filled > 0 && !reader->is_skipping) {
            hand_out(reader, reader->filled, reader->filled, ret_piece);
            return KC_OK;
        }
        if (error != KC_OK) {
            return error;
        }
    }
}

static enum kc_error look_at(const struct audit_piece *piece, struct audit_tail *tail) {
    struct audit_links links;
    tail->is_unfinished = !piece->is_whole;
    enum kc_error error = piece->length > AUDIT_LINE_MAX
                              ? KC_DAMAGED
                              : audit_read_links(piece->text, piece->length, &links);
    if (error == KC_DAMAGED) {
        return audit_hash(piece->text, piece->length, tail->torn);
    }
    if (error != KC_OK) {
        return error; /* a record that couldn't be read must not be taken for a torn line */
    }
    tail->place.seq = links.seq;
    tail->torn[0] = '\0';
    return audit_hash(piece->text, piece->length, tail->place.hash);
}

static enum kc_error find_from(const struct file_log *log, uint64_t from,
                               struct audit_tail *ret_tail) {
    KC_AUTO(audit_reader) reader = NULL;
    struct audit_tail tail = {.is_unfinished = false};
    audit_place_begin(&tail.place);
    enum kc_error error = audit_reader_new(log, from, &reader);
    struct audit_piece piece;
    bool is_first = true;
    while (error == KC_OK && (error = audit_reader_next(reader, &piece)) == KC_OK) {
        /* In the middle of a log the first piece is the end of some line. */
        if (from == 0 || !is_first) {
            error = look_at(&piece, &tail);
        }
        is_first = false;
    }
    if (error != KC_END) {
        return error;
    }
    *ret_tail = tail;
    return KC_OK;
}

enum kc_error audit_find_tail(const struct file_log *log, struct audit_tail *ret_tail) {
    uint64_t size = file_log_size(log);
    if (size > TAIL_SIZE) {
        enum kc_error error = find_from(log, size - TAIL_SIZE, ret_tail);
        if (error != KC_OK || ret_tail->place.seq > 0) {
            return error;
        }
    }
    return find_from(log, 0, ret_tail);
}
