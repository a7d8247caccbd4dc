/* SPDX-License-Identifier: MIT */
/* The inside of the room identify: its two stages, the process itself and those above it. */
#ifndef IDENTIFY_INTERNAL_H
#define IDENTIFY_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <threads.h>

#include "daemon/identify.h"
#include "daemon/shim.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct ancestors;
struct digest;
struct worker;

#define CLIMBERS_MAX 8

/* Programs whose chain was needed the last time, by their hashes. Only a guess: what it saves is
 * the way to the loop, which knows the policy, and back. */
struct climbers {
    mtx_t mutex;
    char hashes[CLIMBERS_MAX][HASH_TEXT_SIZE]; /* "": free; the next one goes to `next` */
    size_t next;
};

struct identifier {
    struct climbers climbers;
    struct worker *quick;
    struct worker *slow;
    struct digest *digest;
    struct ancestors *ancestors;
    char own_hash[HASH_TEXT_SIZE];
    struct shim shim;
};

/* A failed look. An exec or an end in the middle is a changed identity, the rest is distrust.
 * `why` NULL: what the error says. */
void identify_fail(struct identity *identity, enum kc_error error, const char *why);

/* On a worker: walks the chain. */
void identify_run_chain(struct identification *identification, bool may_read);

/* On a worker, after a look without trouble: walks at once if this program needed it the last time.
 * Only a walk that came to its end counts; the loop asks for another one if it needs that. */
void identify_climb_ahead(struct identification *identification);

/* On the loop: the walk has ended. */
void identify_take_chain(struct identification *identification);

/* KC_CHANGED, with a sentence. No chain, no change. */
KC_MUST_USE enum kc_error identify_check_chain(const struct identity *identity,
                                               char why[KC_MESSAGE_MAX]);

#endif
