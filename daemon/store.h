/* SPDX-License-Identifier: MIT */
/*
 * The store as the road sees it: which back end, with which key, and one worker on which
 * everything that touches it happens, a batch at a time. What waits together is made durable
 * together.
 */
#ifndef STORE_H
#define STORE_H

#include <stddef.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct exchange;
struct keyslots;
struct secret;
struct store;
struct store_backend;
struct uv_loop_s;

/* Beside the stores, in platform/paths.h's directory for them. */
#define STORE_SLOTS_NAME  "keyslots"
#define STORE_COPY_NAME   "policy.json" /* the policy as it was sealed last */

/* An exchange that waited longer than this for its turn is answered `busy`. */
#define STORE_DEADLINE_MS 10000

/*
 * `kind`: "file", "secret-service", "memory", or "auto": secret-service where it answers within
 * 2 s, unless that would leave the items of a file behind; else file. The key slot is made only
 * when there is neither a slot nor an item yet. Where no slot opens without a passphrase the store
 * is open all the same, but there is no key: names can be looked at, values can't. KC_INVALID no
 * such kind · KC_BUSY, KC_DAMAGED, KC_UNSAFE, KC_IO, KC_LOCKED, KC_UNSUPPORTED; `why` says what to
 * do.
 */
KC_MUST_USE enum kc_error store_open(const char *kind, struct store **ret_store,
                                     char why[KC_MESSAGE_MAX]);

/* Starts the worker. `run` is called on it with everything that waits (at most
 * KC_CONNECTIONS_MAX exchanges), `done` on the loop for each. Both are kept until
 * store_close(). */
struct store_road {
    void (*run)(struct exchange *const *batch, size_t count, void *context);
    void (*done)(struct exchange *exchange, void *context);
    void *context;
};
KC_MUST_USE enum kc_error store_attach(struct store *store, struct uv_loop_s *loop,
                                       const struct store_road *road);

/* KC_BUSY: too many wait; `done` won't be called. */
KC_MUST_USE enum kc_error store_submit(struct store *store, struct exchange *exchange);

/* For the worker (run) only. Borrowed. */
struct store_backend *store_backend(const struct store *store);
/* Borrowed; NULL: it is locked, or it was taken. */
const struct secret *store_key(const struct store *store);
/* Borrowed; NULL for "memory", which keeps its key nowhere. */
const struct keyslots *store_slots(const struct store *store);
/* The caller's from now on; may be NULL. Before store_attach(). */
struct secret *store_take_key(struct store *store);
struct keyslots *store_take_slots(struct store *store);
/* Slow. KC_DENIED: the passphrase is wrong. */
KC_MUST_USE enum kc_error store_unlock(struct store *store, const struct secret *passphrase);

/* "file", "secret-service", "memory"; static. And where it is; borrowed. */
const char *store_name(const struct store *store);
const char *store_place(const struct store *store);
/* Why `auto` took this one; "" when the kind was given. Borrowed. */
const char *store_reason(const struct store *store);

/* Ends the worker after what waits, then wipes the key. Accepts NULL. */
void store_close(struct store *store);

#endif
