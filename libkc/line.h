/* SPDX-License-Identifier: MIT */
/*
 * Splits a stream of bytes into lines, within a bound. The bytes are a secret: they may carry
 * values. An embedded value: zeroed is ready. No memory is held while nothing is waiting.
 */
#ifndef KC_LINE_H
#define KC_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;

struct line {
    struct secret *buffer; /* NULL when nothing waits */
    size_t start;          /* where the next line begins */
    size_t scanned;        /* from there to here is no newline; short of the end: here is one */
    size_t tail;           /* where the unfinished line begins */
};

/*
 * Adds bytes as they came. `limit` is the longest line, newline included.
 * KC_TOO_BIG: a line is over the limit; nothing was added, and what waits can still be taken.
 */
KC_MUST_USE enum kc_error line_feed(struct line *line, const void *bytes, size_t length,
                                    size_t limit);

/*
 * Takes the next whole line, without its newline (a CR before it stays: JSON allows it).
 * `ret_text` is borrowed until the next call with this `line`, ends with a NUL that isn't
 * counted, and may be written to. KC_AGAIN: no whole line is there.
 */
KC_MUST_USE enum kc_error line_take(struct line *line, char **ret_text, size_t *ret_length);

/* Bytes of an unfinished line (0: none). Whole lines that wait are not counted. */
size_t line_pending(const struct line *line);
/* Whether a whole line waits. */
bool line_is_ready(const struct line *line);

/* Wipes what waits. */
void line_clear(struct line *line);

#endif
