/* SPDX-License-Identifier: MIT */
/*
 * Who asks: pins the process at the other end, looks at what it runs, hashes that, and makes sure
 * that the code in its memory is what was hashed. What can't be trusted becomes
 * identity->trouble, never a missing check. A second stage walks up to its callers (chain.h), for
 * programs that speak for them. Looking happens on two workers of its own: a quick
 * one, and one for files that have to be waited for. Everything here is for the loop's thread.
 */
#ifndef IDENTIFY_H
#define IDENTIFY_H

#include <stdatomic.h>
#include <stdbool.h>

#include "daemon/exchange.h"
#include "daemon/worker.h"
#include "platform/attr.h"
#include "platform/code.h"
#include "platform/kc_error.h"

struct chain;
struct identifier;
struct uv_loop_s;
struct wire;

#define IDENTIFY_WAITING_MAX 256 /* processes whose files wait to be read */
/* A look at the code in memory counts for this long; a request after that looks anew. */
#define IDENTIFY_LOOK_MS     100

/* `own_hash`, the daemon's own program, is copied: who runs the same is the administrator. */
KC_MUST_USE enum kc_error identify_open(struct uv_loop_s *loop, const char *own_hash,
                                        struct identifier **ret_identifier);
void identify_close(struct identifier *identifier); /* accepts NULL */

/* Embedded in a session; zeroed, and `done` set, before identify_begin(). */
struct identification {
    struct job job; /* first */
    struct identifier *identifier;
    struct identity identity;
    struct image *image;
    struct chain *chain; /* identity.chain */
    struct code code;
    atomic_bool cancel;
    bool is_walking;    /* the second stage */
    bool is_ahead;      /* … before the loop asked for it */
    bool needs_reading; /* a file isn't remembered: on to the slow worker */
    enum kc_error error;
    const char *why;
    uint64_t looked_ms;
    void (*done)(struct identification *identification);
};

/*
 * KC_OK: `identity` is whole (it can't be looked at). KC_AGAIN: it will be when `done` is
 * called. KC_DENIED: another user, to be turned away without a word. KC_END: it has left
 * already. KC_BUSY · KC_NO_MEMORY.
 */
KC_MUST_USE enum kc_error identify_begin(struct identifier *identifier,
                                         struct identification *identification,
                                         const struct wire *wire);

/*
 * The second stage, for a whole identity without trouble: walks up from it and fills
 * identity.chain. KC_AGAIN: `done` is called once more, with a chain or with a trouble. KC_BUSY:
 * the identity has that trouble now, and `done` isn't called. KC_OK: there is a chain already,
 * since the same program needed one the last time.
 */
KC_MUST_USE enum kc_error identify_begin_chain(struct identification *identification);

/* The chain isn't needed, if there is one, nor will it be the next time. */
void identify_drop_chain(struct identification *identification);

/* Ends a hashing that runs soon; `done` is called all the same. */
void identify_cancel(struct identification *identification);

/*
 * Whether a whole, trusted identity still holds: alive, the same image, not traced, nobody in its
 * chain ended or executed anything (if there is a chain), and, when the last look is older than
 * IDENTIFY_LOOK_MS, still the same code. KC_CHANGED, KC_END or KC_UNSAFE, with a sentence.
 */
KC_MUST_USE enum kc_error identify_check(struct identification *identification,
                                         char why[KC_MESSAGE_MAX]);

/* The cheap half, before an answer leaves: alive, and still the same image. KC_CHANGED · KC_END. */
KC_MUST_USE enum kc_error identify_check_pins(const struct identification *identification);

/* Fills identity->arguments, once, for somebody who was turned away. What the process says of
 * itself; "" when it says nothing. */
void identify_arguments(struct identity *identity);

/* Releases everything. Not while `done` is awaited. */
void identify_clear(struct identification *identification);

#endif
