/* SPDX-License-Identifier: MIT */
/*
 * The seal kept: everything that changes a sealed file also changes what is remembered of it, in
 * an order that leaves something good after a crash anywhere. The store's worker, in a turn of its
 * own; between vault_turn.c and the files.
 */
#ifndef VAULT_SEAL_H
#define VAULT_SEAL_H

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct config_change;
struct dispatch;
struct vault_work;

/* The end of the record as it is now, when it isn't remembered yet. */
void vault_seal_remember(struct dispatch *dispatch);

/* config_change(), under the seal when there is one. */
KC_MUST_USE enum kc_error vault_seal_change(struct dispatch *dispatch,
                                            const struct config_change *change,
                                            char report[KC_MESSAGE_MAX]);

/* Writes the slots of the work. With the first passphrase the policy is sealed before they are,
 * with the last one its seal is taken off after. */
KC_MUST_USE enum kc_error vault_seal_slots(struct dispatch *dispatch, struct vault_work *work,
                                           char why[KC_MESSAGE_MAX]);

#endif
