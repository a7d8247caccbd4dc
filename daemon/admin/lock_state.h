/* SPDX-License-Identifier: MIT */
/* What the daemon says of its lock, for the commands that ask for a passphrase: nobody shall type
 * one for nothing. */
#ifndef LOCK_STATE_H
#define LOCK_STATE_H

#include <stdbool.h>

#include "libkc/options.h"
#include "platform/attr.h"

struct answer;

struct lock_state {
    bool has_passphrase;
    bool is_locked;
};

/* Whatever isn't EXIT_DONE has been said. */
KC_MUST_USE enum exit_code lock_state_ask(struct answer *answer, struct lock_state *ret_state);

#endif
