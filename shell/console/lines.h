/* SPDX-License-Identifier: MIT */
/*
 * What is done with a line before it is run: the words that the console has of its own, the
 * commands that make no sense here, and which lines may be remembered. Pure.
 */
#ifndef CONSOLE_LINES_H
#define CONSOLE_LINES_H

#include <stdbool.h>

#include "shell/console/candidates.h"
#include "shell/console/words.h"

enum line_kind {
    LINE_NOTHING, /* blank, or a comment */
    LINE_LEAVE,   /* exit, quit */
    LINE_HELP,    /* help without a command: the console's own words come first */
    LINE_REFUSED, /* `why` says what to do instead */
    LINE_COMMAND  /* keychain-auth with these arguments */
};

struct line_plan {
    enum line_kind kind;
    const char *why;
    size_t count;
    const char *arguments[WORDS_MAX + 3]; /* without the program's name; ends with NULL; borrowed */
};

/* A leading "keychain-auth" is left out, so that a suggested command can be pasted as it is. */
void line_plan(const struct words *words, struct line_plan *ret_plan);

/* The command that these words, at least one, name; `ret_first` is the place of its word. */
const char *line_command(const struct words *words, size_t *ret_first);

/*
 * Whether a line may be remembered: `commands` knows its command, and it carries no value. A line
 * that begins with a blank, an unknown first word (a secret that was pasted at the wrong prompt),
 * attributes, and a `set` with more than a service and a target aren't kept.
 */
bool line_may_be_kept(const char *line, const struct words *words,
                      const struct candidates *commands);

#endif
