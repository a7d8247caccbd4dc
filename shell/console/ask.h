/* SPDX-License-Identifier: MIT */
/*
 * What keychain-auth says of itself: which commands and options there are. The console lists
 * nothing by hand; what completes in the shells completes here, from the same answers.
 */
#ifndef CONSOLE_ASK_H
#define CONSOLE_ASK_H

#include "platform/attr.h"
#include "platform/foreground.h"
#include "platform/kc_error.h"
#include "shell/console/words.h"

struct ask {
    const struct foreground *foreground;
    char *program;  /* the path of keychain-auth */
    char *commands; /* rows of commands; for ask_rows() only, borrowed */
};

/* All commands, rows for candidates_new(); free() them. */
KC_MUST_USE enum kc_error ask_commands(const struct ask *ask, char **ret_rows);

/* What may stand in place of the last of these words; `context` is a struct ask. KC_OK with no row
 * where nothing is known. free() the rows. */
KC_MUST_USE enum kc_error ask_rows(const void *context, const struct words *words, char **ret_rows);

#endif
