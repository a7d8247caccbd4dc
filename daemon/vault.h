/* SPDX-License-Identifier: MIT */
/*
 * Whether the keychain is open, and who may open it: the loop's side of passphrase, lock and
 * administration. Passphrases are tried on a worker of its own, one at a time, with a growing
 * wait after wrong ones; what comes of them is done by the store's worker (vault_turn.h). The
 * loop's thread.
 */
#ifndef VAULT_H
#define VAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct attributes;
struct daemon;
struct dispatch;
struct exchange;
struct keyslots;
struct vault;

/* Both are kept until vault_close(). */
struct vault_places {
    const char *slots; /* the file of key slots */
    const char *copy;  /* the policy as it was sealed last */
};

/* `take_slots` may hold NULL: a store that is gone with the daemon. Without a key in the dispatch,
 * which nothing else uses yet, it begins locked. Sets daemon->vault, to NULL when it fails. */
KC_MUST_USE enum kc_error vault_open(struct daemon *daemon, const struct vault_places *places,
                                     struct keyslots **take_slots, struct dispatch *dispatch);
/* Before the store is closed. Accepts NULL. */
void vault_close(struct vault *vault);

bool vault_is_locked(const struct vault *vault);
/* At least one passphrase is set: administration needs a proof. */
bool vault_has_passphrase(const struct vault *vault);

/* While it is locked, whatever would touch the store is decided here (`error`, `locked`): the
 * policy can't be told from a forged one, so it isn't asked. True when it was decided. */
bool vault_is_shut_for(const struct vault *vault, struct exchange *exchange);

/* Where a passphrase is set, an allowed exchange that administers is denied (`admin_required`)
 * unless the passphrase was given on this connection, or where the process sits. */
void vault_check_proof(struct vault *vault, struct exchange *exchange, bool is_proven);

/* An allowed exchange that is about the vault: takes the road over the worker to the store.
 * KC_AGAIN: it is on its way. Anything else: the outcome is filled, and it is the caller's. */
bool vault_takes(const struct exchange *exchange);
KC_MUST_USE enum kc_error vault_submit(struct vault *vault, struct exchange *exchange);

/* Somebody has changed a file that isn't theirs: into the log and the record. `event` is static. */
void vault_report(struct vault *vault, const char *event, const char *message);

/* The end of the record as it is now is remembered soon. */
void vault_remember(struct vault *vault);

/* Every exchange passes here once it is back from the store, before it is answered. Accepts
 * NULL. */
void vault_settle(struct vault *vault, struct exchange *exchange);

/* What `status` says of it. */
KC_MUST_USE enum kc_error vault_describe(const struct vault *vault, struct attributes *attributes);

#endif
