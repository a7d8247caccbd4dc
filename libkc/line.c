/* SPDX-License-Identifier: MIT */
/*
 * Bytes in, lines out. Every byte is searched for a newline twice at most, however small the
 * pieces are in which it comes. Knows nothing about what a line says.
 */
#include "libkc/line.h"

#include "libkc/secret.h"

#include <stdint.h>
#include <string.h>

static size_t end_of(const struct line *line) {
    return line->buffer == NULL ? 0 : secret_length(line->buffer);
}

/* The next newline from `from` on, or the end. */
static size_t find_newline(const struct line *line, size_t from) {
    const unsigned char *bytes = secret_view(line->buffer);
    const unsigned char *newline = memchr(bytes + from, '\n', end_of(line) - from);
    return newline == NULL ? end_of(line) : (size_t)(newline - bytes);
}

/* Whether all lines that `bytes` continue and begin keep the limit. `ret_tail` is where the
 * last, unfinished one begins, counted from `bytes` (SIZE_MAX: before them). */
static bool keeps_limit(size_t pending, const char *bytes, size_t length, size_t limit,
                        size_t *ret_tail) {
    size_t at = 0;
    *ret_tail = SIZE_MAX;
    for (;;) {
        const char *newline = memchr(bytes + at, '\n', length - at);
        size_t more = newline == NULL ? length - at : (size_t)(newline - bytes) - at;
        /* Its newline, which is there or still to come, belongs to the line. */
        if (pending >= limit || more >= limit - pending) {
            return false;
        }
        if (newline == NULL) {
            return true;
        }
        at += more + 1;
        *ret_tail = at;
        pending = 0;
    }
}

/* Forgets the lines that were taken, once they are the larger part: moving what waits then
 * costs no more than they did. */
static void drop_taken(struct line *line) {
    if (line->buffer == NULL || line->start <= end_of(line) / 2) {
        return;
    }
    size_t taken = line->start;
    size_t rest = end_of(line) - taken;
    if (rest == 0) {
        line_clear(line);
        return;
    }
    unsigned char *bytes = secret_bytes(line->buffer);
    memmove(bytes, bytes + taken, rest);
    secret_set_length(line->buffer, rest);
    line->start = 0;
    line->scanned -= taken;
    line->tail -= taken;
}

enum kc_error line_feed(struct line *line, const void *bytes, size_t length, size_t limit) {
    size_t tail = 0;
    if (length == 0) {
        return KC_OK;
    }
    if (!keeps_limit(line_pending(line), bytes, length, limit, &tail)) {
        return KC_TOO_BIG;
    }
    drop_taken(line);
    if (line->buffer == NULL) {
        enum kc_error error = secret_new(length + 1, &line->buffer);
        if (error != KC_OK) {
            return error;
        }
    }
    bool was_ready = line_is_ready(line);
    size_t end = end_of(line);
    enum kc_error error = secret_append(line->buffer, bytes, length, SIZE_MAX);
    if (error != KC_OK) {
        return error;
    }
    if (tail != SIZE_MAX) {
        line->tail = end + tail;
    }
    if (!was_ready) {
        line->scanned = find_newline(line, end);
    }
    return KC_OK;
}

enum kc_error line_take(struct line *line, char **ret_text, size_t *ret_length) {
    drop_taken(line);
    if (!line_is_ready(line)) {
        return KC_AGAIN;
    }
    char *text = (char *)secret_bytes(line->buffer) + line->start;
    size_t length = line->scanned - line->start;
    text[length] = '\0';
    line->start = line->scanned + 1;
    line->scanned = find_newline(line, line->start);
    *ret_text = text;
    *ret_length = length;
    return KC_OK;
}

size_t line_pending(const struct line *line) {
    return end_of(line) - line->tail;
}

bool line_is_ready(const struct line *line) {
    return line->scanned < end_of(line);
}

void line_clear(struct line *line) {
    if (line == NULL) {
        return;
    }
    secret_free(line->buffer);
    *line = (struct line){0};
}
