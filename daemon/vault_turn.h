/* SPDX-License-Identifier: MIT */
/*
 * What the vault's actions do on the store's worker, each in a turn of its own: written down
 * first, then done. The key that opens values lives here, in dispatch->key, and nowhere else for
 * longer than a request.
 */
#ifndef VAULT_TURN_H
#define VAULT_TURN_H

#include <stdbool.h>

#include "libkc/protocol.h"

struct dispatch;
struct exchange;

/* Whether the action is one of those. */
bool vault_turn_takes(enum kc_action action);

struct vault_work;

/* The key has come into dispatch->key, where a passphrase is set: what is remembered is looked at,
 * and compared with what there is. Fills what the loop shall know. */
void vault_turn_compare(struct dispatch *dispatch, struct vault_work *work);

/* An allowed exchange in, a whole outcome out. A record that can't be written stops everything
 * but the locking. */
void vault_turn(struct dispatch *dispatch, struct exchange *exchange);

#endif
