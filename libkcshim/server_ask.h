/* SPDX-License-Identifier: MIT */
/*
 * Asks a person for the passphrase, from within somebody else's program: what asks is
 * `keychain-auth unlock`, the one that is installed with this library, in a process that isn't
 * the program's (platform/detached.h). The passphrase never comes here.
 */
#ifndef LIBKCSHIM_SERVER_ASK_H
#define LIBKCSHIM_SERVER_ASK_H

#include <stdbool.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct server_socket;

/* Whether there is a way: a pinentry and a display for it, or a terminal that is this program's to
 * read from. */
bool ask_is_possible(void);

/*
 * `ret_asker` reads its end when the person has answered, or won't any more, which may take a
 * minute; what came of it the daemon knows. Closing it takes the question away.
 * `window` is what the program calls its own, to ask in front of it: a number, or anything else,
 * which isn't looked at. KC_NOT_FOUND: there is no way · KC_IO · KC_NO_MEMORY.
 */
KC_MUST_USE enum kc_error ask_start(const char *window, struct server_socket *ret_asker);

#endif
