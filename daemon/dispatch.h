/* SPDX-License-Identifier: MIT */
/*
 * The second half of the road, for everything that waits at once: handle, make durable, write
 * down, make count. One table says what each action does; the order of the steps is fixed
 * here and nowhere else. Runs on the store's worker.
 */
#ifndef DISPATCH_H
#define DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/crypto.h"
#include "daemon/exchange.h"
#include "daemon/log.h"
#include "daemon/seal.h"
#include "libkc/protocol.h"

struct audit;
struct secret;
struct store_backend;

#define DISPATCH_NOTED_MAX \
    16 /* identities whose denials are counted before they are listed again */

/* What the worker uses; nothing of it is touched by another thread while a batch runs. */
struct dispatch {
    struct store_backend *backend;
    struct secret *key; /* NULL: it is locked; unlocking puts it here, locking frees it */
    struct audit *audit;
    const char *pending_path;
    const char *slots_path; /* of the key slots */
    const char *config_path;
    const char *copy_path; /* of the policy as it was sealed last */
    const char *audit_path;
    const char *own_directory; /* of the daemon's own program */
    struct log log;            /* the worker's own: a log is one thread's */
    bool is_sealed;            /* a passphrase is set, and the key is here */
    struct seal seal;          /* what is remembered, once it is sealed */
    /* What was entered in the list lately, so that a flood of equal denials costs no disk. */
    struct dispatch_noted {
        unsigned char key[CRYPTO_HASH_SIZE]; /* of who asked, and for what */
        uint64_t last_ms;
        uint64_t times;
    } noted[DISPATCH_NOTED_MAX];
};

/*
 * Decided exchanges in, whole outcomes out (authorise has run, exchange->outcome is filled here).
 * A value is in `results` only when its record is durable and the policy allowed it. When the
 * record can't be written, every answer is audit_unavailable and the store is as before.
 */
void dispatch_batch(struct dispatch *dispatch, struct exchange *const *batch, size_t count);

/* Releases an exchange and what it owns; values are wiped. Accepts NULL. */
void exchange_free(struct exchange *exchange);

#endif
