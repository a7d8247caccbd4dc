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

struct config;
struct config_change;
struct dispatch;
struct secret;
struct vault_work;

/* The end of the record as it is now, when it isn't remembered yet. Where what was remembered is
 * gone nothing is, until the policy has been accepted. */
void vault_seal_remember(struct dispatch *dispatch);

/* The policy of this moment, under the seal of this master key; NULL: it has none. What the file is
 * worth, config_notice() says. */
KC_MUST_USE enum kc_error vault_seal_open_policy(const struct dispatch *dispatch,
                                                 const struct secret *key,
                                                 struct config **ret_config);

/* config_change(), under the seal when there is one. */
KC_MUST_USE enum kc_error vault_seal_change(struct dispatch *dispatch,
                                            const struct config_change *change,
                                            char report[KC_MESSAGE_MAX]);

/* Writes the slots of the work. With the first passphrase the policy is sealed before they are,
 * with the last one its seal is taken off after. KC_CHANGED, with `why`, and nothing was written:
 * it is locked, and what is remembered doesn't fit, or is gone, which an unlock has to tell first;
 * or the policy that would come in force without its seal isn't the one that was sealed. */
KC_MUST_USE enum kc_error vault_seal_slots(struct dispatch *dispatch, struct vault_work *work,
                                           char why[KC_MESSAGE_MAX]);

#endif
