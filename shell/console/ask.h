/* SPDX-License-Identifier: MIT */
/*
 * What keychain-auth says of itself: which commands there are, and what could stand at the cursor.
 * The console lists nothing by hand; what completes in the shells completes here, from the same
 * answers (daemon/admin/complete.h).
 */
#ifndef CONSOLE_ASK_H
#define CONSOLE_ASK_H

#include "platform/attr.h"
#include "platform/foreground.h"
#include "platform/kc_error.h"
#include "shell/console/words.h"

struct ask {
    const struct foreground *foreground;
    const char *program; /* the path of keychain-auth */
};

/* All commands, rows for candidates_new(); free() them. */
KC_MUST_USE enum kc_error ask_commands(const struct ask *ask, char **ret_rows);

/* What may stand in place of the last of these words, as `keychain-auth complete` prints it;
 * `context` is a struct ask. free() the rows. */
KC_MUST_USE enum kc_error ask_rows(const void *context, const struct words *words, char **ret_rows);

#endif
