/* SPDX-License-Identifier: MIT */
/*
 * The command-line grammar that all our programs share (DESIGN section 8): long options with
 * `--name VALUE` or `--name=VALUE`, flags with `--name` and `--no-name`, single letters;
 * options and operands mix; `--` ends options. A program's options are rows of a table, from
 * which usage and completions are printed too. Pure.
 */
#ifndef KC_OPTIONS_H
#define KC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

/* How every program ends. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_NO = 1,        /* the answer was no: absent, denied, not verified */
    EXIT_USAGE = 2,     /* you asked wrongly */
    EXIT_NO_DAEMON = 3, /* nobody answers at the socket */
    EXIT_FAULT = 4      /* our fault, or the system's */
};

enum option_kind {
    OPTION_FLAG, /* --name; with `can_negate` also --no-name */
    OPTION_VALUE /* --name VALUE */
};

struct option {
    const char *name; /* without the dashes; NULL ends a table */
    char letter;      /* 0 when there is none */
    enum option_kind kind;
    bool can_negate;
    bool can_repeat;      /* values: may be given more than once */
    const char *argument; /* what usage calls the value: "SERVICE[,SERVICE…]" */
    const char *help;     /* one line */
};

struct options; /* the parsed command line; borrows argv */

/*
 * `argv` without the program's or the subcommand's name. KC_INVALID: `why` says which word is
 * wrong and what would be right (unknown, ambiguous, value missing, value not wanted, given
 * twice). Abbreviations aren't accepted.
 */
KC_MUST_USE enum kc_error options_parse(const struct option *table, int argc,
                                        const char *const *argv, struct options **ret_options,
                                        char why[KC_MESSAGE_MAX]);
void options_free(struct options *options);

size_t options_operand_count(const struct options *options);
const char *options_operand(const struct options *options, size_t index);

/* The flag was given last as --name (true) or --no-name (false); `otherwise` when neither. */
bool options_flag(const struct options *options, const char *name, bool otherwise);
/* Whether --name, --no-name or a value was given at all. */
bool options_given(const struct options *options, const char *name);
size_t options_value_count(const struct options *options, const char *name);
/* Borrowed from argv; NULL when there is none at `index`. */
const char *options_value(const struct options *options, const char *name, size_t index);

/* The rows of a table as usage shows them, one line each, the help in a column of its own. */
void options_print(const struct option *table, FILE *stream);
/* The same for completions: each spelling, a tab and the help, one line each. */
void options_list(const struct option *table, FILE *stream);

KC_AUTO_DEFINE(options)

#endif
