/* SPDX-License-Identifier: MIT */
/*
 * Who asks: pins the process at the other end, looks at what it runs, and hashes that. What
 * can't be trusted becomes identity->trouble, never a missing check. Loop thread; hashing
 * happens on digest's workers.
 */
#ifndef IDENTIFY_H
#define IDENTIFY_H

#include "daemon/digest.h"
#include "daemon/exchange.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct wire;

/* Embedded in a session; zeroed before identify_begin(). */
struct identification {
    struct digest_job digest_job;
    struct identity identity;
    struct image *image;
    const char *own_hash; /* lent: marks the administrator's program */
    void (*done)(struct identification *identification);
};

/*
 * KC_OK: `identity` is whole. KC_AGAIN: it will be when `done` is called. KC_DENIED: another
 * user, to be turned away without a word. KC_END: it has left already. KC_NO_MEMORY.
 */
KC_MUST_USE enum kc_error identify_begin(struct identification *identification,
                                         const struct wire *wire, struct digest *digest);

/* Ends a hashing that runs soon; `done` is called all the same. */
void identify_cancel(struct identification *identification);

/* Fills identity->arguments, once, for somebody who was turned away. What the process says of
 * itself; "" when it says nothing. */
void identify_arguments(struct identity *identity);

/* Releases everything. Not while `done` is awaited. */
void identify_clear(struct identification *identification);

#endif
