/* SPDX-License-Identifier: MIT */
/*
 * A line of the console as words, and back. Blanks separate; '...' is literal; in "..." a backslash
 * stands before " and \ only; outside it stands before any character. A # that begins a word begins
 * a comment. Nothing is expanded, and what a shell would take for more than a character is refused
 * unless it is quoted: nobody shall believe that a pipe was made. Pure.
 */
#ifndef CONSOLE_WORDS_H
#define CONSOLE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

/* "delete" takes the most: a service, the targets, and a few options. */
#define WORDS_MAX      (KC_TARGETS_MAX + 32)

/* Bytes of a line. */
#define WORDS_LINE_MAX (64 * 1024)

struct words {
    size_t count;
    size_t last_offset;         /* where the last word begins in the line */
    char *texts[WORDS_MAX + 1]; /* the one behind the last is NULL */
    char *memory;
};

/*
 * KC_INVALID: `ret_why` is a sentence, static (a quote that isn't closed, a shell's character, a
 * control character) · KC_TOO_BIG: the line, or its number of words.
 */
KC_MUST_USE enum kc_error words_split(const char *line, size_t length, struct words **ret_words,
                                      const char **ret_why);

/* The same for a line that is being typed, up to the cursor: an open quote is no mistake, and the
 * last word is the one at the cursor, "" behind a blank. KC_NOT_FOUND: in a comment. */
KC_MUST_USE enum kc_error words_begin(const char *line, size_t length, struct words **ret_words);

void words_free(struct words *words);

/* Writes `text` as one word. False, and "", when it doesn't fit or has control characters. */
bool words_quote(const char *text, char *buffer, size_t size);

KC_AUTO_DEFINE(words)

#endif
