/* SPDX-License-Identifier: MIT */
/*
 * A window over a log. Lines longer than any of ours are cut and passed over: they can't be
 * records, and their length is somebody else's choice.
 */
#include "daemon/audit_reader.h"

#include "daemon/audit.h"
#include "daemon/audit_files.h"
#include "daemon/audit_gzip.h"
#include "platform/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_SIZE (4 * (size_t)AUDIT_LINE_MAX)
#define PACKED_SIZE ((size_t)AUDIT_LINE_MAX)

/* Enough for a torn line and the whole record before it. */
#define TAIL_SIZE   (4 * (uint64_t)AUDIT_LINE_MAX)

struct audit_reader {
    const struct file_log *log;
    struct file_log *own_log; /* where the reader opened it; else NULL */
    struct audit_gzip *gzip;  /* NULL: it isn't packed */
    char *packed;             /* bytes of the file on their way into it */
    uint64_t packed_offset;   /* of those that come next */
    uint64_t offset;          /* of the first byte that isn't in the buffer yet */
    uint64_t end;
    size_t start; /* the next line in the buffer */
    size_t filled;
    bool is_skipping; /* inside a line that was too long */
    bool is_open;     /* the last byte so far isn't a newline */
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

static enum kc_error open_packed(const char *path, struct file_log **ret_log,
                                 struct audit_reader *reader) {
    enum kc_error error = file_log_open_old(path, ret_log);
    if (error != KC_OK) {
        return error;
    }
    reader->packed = malloc(PACKED_SIZE);
    return reader->packed == NULL ? KC_NO_MEMORY : audit_gzip_new(AUDIT_UNPACK, &reader->gzip);
}

static enum kc_error open_file(const struct audit_file *file, struct audit_reader *reader) {
    if (file->is_packed) {
        return open_packed(file->path, &reader->own_log, reader);
    }
    enum kc_error error = file_log_open_old(file->path, &reader->own_log);
    if (error != KC_NOT_FOUND || file->number == 0) {
        return error;
    }
    size_t size = strlen(file->path) + sizeof AUDIT_PACKED_SUFFIX;
    char *path = malloc(size);
    if (path == NULL) {
        return KC_NO_MEMORY;
    }
    (void)snprintf(path, size, "%s" AUDIT_PACKED_SUFFIX, file->path);
    error = open_packed(path, &reader->own_log, reader);
    free(path);
    return error;
}

enum kc_error audit_reader_open(const struct audit_file *file, struct audit_reader **ret_reader) {
    KC_AUTO(audit_reader) reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = open_file(file, reader);
    if (error != KC_OK) {
        return error;
    }
    reader->log = reader->own_log;
    reader->end = file_log_size(reader->log);
    *ret_reader = reader;
    reader = NULL;
    return KC_OK;
}

void audit_reader_free(struct audit_reader *reader) {
    if (reader == NULL) {
        return;
    }
    audit_gzip_free(reader->gzip);
    file_log_free(reader->own_log);
    free(reader->packed);
    free(reader);
}

/* `length` bytes from the file itself. */
static enum kc_error read_file(struct audit_reader *reader, uint64_t offset, char *buffer,
                               size_t length) {
    enum kc_error error = file_log_read(reader->log, offset, buffer, length);
    return error == KC_END ? KC_CHANGED : error;
}

static enum kc_error read_plain(struct audit_reader *reader, size_t room, size_t *ret_length) {
    if (reader->offset >= reader->end) {
        return KC_END;
    }
    uint64_t left = reader->end - reader->offset;
    *ret_length = left < room ? (size_t)left : room;
    return read_file(reader, reader->offset, reader->buffer + reader->filled, *ret_length);
}

static enum kc_error feed(struct audit_reader *reader) {
    uint64_t left = reader->end - reader->packed_offset;
    size_t length = left < PACKED_SIZE ? (size_t)left : PACKED_SIZE;
    enum kc_error error = read_file(reader, reader->packed_offset, reader->packed, length);
    if (error == KC_OK) {
        reader->packed_offset += length;
        audit_gzip_feed(reader->gzip, reader->packed, length, reader->packed_offset == reader->end);
    }
    return error;
}

static enum kc_error read_packed(struct audit_reader *reader, size_t room, size_t *ret_length) {
    char *buffer = reader->buffer + reader->filled;
    enum kc_error error = audit_gzip_take(reader->gzip, buffer, room, ret_length);
    while (error == KC_AGAIN) {
        error = feed(reader);
        if (error == KC_OK) {
            error = audit_gzip_take(reader->gzip, buffer, room, ret_length);
        }
    }
    return error;
}

/* KC_END: the file has no more. */
static enum kc_error fill(struct audit_reader *reader) {
    memmove(reader->buffer, reader->buffer + reader->start, reader->filled - reader->start);
    reader->filled -= reader->start;
    reader->start = 0;
    size_t room = BUFFER_SIZE - reader->filled;
    size_t length = 0;
    enum kc_error error = reader->gzip != NULL ? read_packed(reader, room, &length)
                                               : read_plain(reader, room, &length);
    if (error == KC_OK) {
        reader->offset += length;
        reader->filled += length;
        reader->is_open = reader->buffer[reader->filled - 1] != '\n';
    }
    return error;
}

static size_t line_length_limit(size_t length) {
    return length > AUDIT_LINE_MAX ? (size_t)AUDIT_LINE_MAX + 1 : length;
}

/* Hands out `length` bytes of the buffer as a piece and steps over `used`. */
static void hand_out(struct audit_reader *reader, size_t length, size_t used,
                     struct audit_piece *ret_piece) {
    ret_piece->text = reader->buffer + reader->start;
    ret_piece->length = line_length_limit(length);
    ret_piece->is_whole = used > length && length <= AUDIT_LINE_MAX;
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

/* `in_line`: the first piece is the end of some line. */
static enum kc_error find_with(struct audit_reader *reader, bool in_line,
                               struct audit_tail *ret_tail) {
    struct audit_tail tail = {.is_unfinished = false};
    struct audit_piece piece;
    enum kc_error error = KC_OK;
    audit_place_begin(&tail.place);
    while (error == KC_OK && (error = audit_reader_next(reader, &piece)) == KC_OK) {
        if (!in_line) {
            error = look_at(&piece, &tail);
        }
        in_line = false;
    }
    if (error != KC_END) {
        return error;
    }
    tail.is_unfinished = reader->is_open;
    *ret_tail = tail;
    return KC_OK;
}

static enum kc_error find_from(const struct file_log *log, uint64_t from,
                               struct audit_tail *ret_tail) {
    KC_AUTO(audit_reader) reader = NULL;
    enum kc_error error = audit_reader_new(log, from, &reader);
    return error == KC_OK ? find_with(reader, from > 0, ret_tail) : error;
}

enum kc_error audit_find_file_tail(const struct audit_file *file, struct audit_tail *ret_tail) {
    KC_AUTO(audit_reader) reader = NULL;
    enum kc_error error = audit_reader_open(file, &reader);
    if (error == KC_OK && reader->gzip == NULL) {
        return audit_find_tail(reader->log, ret_tail);
    }
    return error == KC_OK ? find_with(reader, false, ret_tail) : error;
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
