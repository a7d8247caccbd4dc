/* SPDX-License-Identifier: MIT */
/*
 * All items of one store to another, in steps that may each be the last: at every moment each
 * item is whole in one of the two, and doing it again from the beginning completes it. Values
 * stay sealed; they are opened only to prove that they can be. Who may open the stores and
 * which one is in use is the caller's to know.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include <stddef.h>

#include "daemon/store/items.h"
#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;
struct store_backend;

/* Where both stores have an item and the two aren't the same, the store in use is right. */
enum migrate_use {
    MIGRATE_UNKNOWN,    /* nobody can say: nothing is moved */
    MIGRATE_SOURCE,     /* the destination's item is an old copy, and is replaced */
    MIGRATE_DESTINATION /* it was switched before; the source's item is left where it is */
};

/* The first four are the caller's, lent. Zero the rest, and end with migrate_clear(). */
struct migration {
    struct store_backend *source;
    struct store_backend *destination; /* may be opened anew between two steps */
    const struct secret *key;
    enum migrate_use use;

    struct items *items; /* what the source held at migrate_look() */
    size_t missing;      /* of them: not in the destination */
    size_t differing;    /* of them: another item in the destination */
    size_t removed;
    char why[KC_MESSAGE_MAX]; /* what went wrong, a sentence */
};

/* Looks at both and changes nothing. KC_DAMAGED: an item of the source doesn't decrypt
 * KC_EXISTS: items differ, and nobody knows which one is right. */
KC_MUST_USE enum kc_error migrate_look(struct migration *migration);

/* Writes what is missing, and what differs from a source that is in use. */
KC_MUST_USE enum kc_error migrate_copy(struct migration *migration);

/* Every item is in the destination, the same as in the source (unless the destination is in use
 * and differs), and decrypts. KC_CHANGED, KC_DAMAGED: it isn't so. */
KC_MUST_USE enum kc_error migrate_verify(struct migration *migration);

/* Removes from the source what the destination holds just so. */
KC_MUST_USE enum kc_error migrate_empty(struct migration *migration);

void migrate_clear(struct migration *migration);

#endif
