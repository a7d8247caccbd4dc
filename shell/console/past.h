/* SPDX-License-Identifier: MIT */
/*
 * The lines of earlier consoles, in a file that is the user's alone (0600). Which lines may be
 * written is lines.h's; this only keeps them. A file that can't be trusted is neither read nor
 * written to. Several consoles may append to one file at the same time.
 */
#ifndef CONSOLE_PAST_H
#define CONSOLE_PAST_H

#include "platform/attr.h"
#include "platform/kc_error.h"

/* So many lines are kept when a console begins; the oldest are forgotten first. */
#define PAST_LINES 1000

struct past;

/* Opens the file at `path`, making it and its directory, and calls `each` for every line of it,
 * the oldest first; lines with control characters are passed over.
 * KC_UNSAFE, KC_DENIED, KC_TOO_BIG: the file isn't used. */
KC_MUST_USE enum kc_error past_open(const char *path, void (*each)(const char *line),
                                    struct past **ret_past);

/* Appends a line, which has no newline. NULL: nothing is kept. */
KC_MUST_USE enum kc_error past_keep(const struct past *past, const char *line);

void past_free(struct past *past);

KC_AUTO_DEFINE(past)

#endif
