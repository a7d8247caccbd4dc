/* SPDX-License-Identifier: MIT */
/*
 * The one error vocabulary of the house. It lives in the lowest layer because every layer
 * returns it, and it is installed beside keychain-auth.h. Sentences are in libkc/error.c, wire
 * words in daemon/reply.c; this file knows neither.
 */
#ifndef KC_ERROR_H
#define KC_ERROR_H

enum kc_error {
    KC_OK = 0,

    /* Answers: part of a function's contract, handled by its caller. */
    KC_NOT_FOUND,   /* no such thing: file, item, listener */
    KC_DENIED,      /* the policy, or the system, says no */
    KC_EXISTS,      /* somebody alive already holds it */
    KC_AGAIN,       /* nothing now; wait for readiness */
    KC_END,         /* the other side, or the process, has ended */
    KC_TIMEOUT,     /* the deadline passed */
    KC_BUSY,        /* a bound was reached; try later */
    KC_INVALID,     /* bytes or arguments do not have the promised form */
    KC_TOO_BIG,     /* a size limit was passed; nothing was truncated */
    KC_UNSAFE,      /* owner, mode, type or surroundings can't be trusted */
    KC_CHANGED,     /* not the thing that we looked at before */
    KC_LOCKED,      /* the key is there but not open */
    KC_DAMAGED,     /* stored bytes do not verify; nothing was overwritten */
    KC_UNSUPPORTED, /* this system can't keep that promise */

    /* Failures: never inspected, only passed up. */
    KC_NO_MEMORY,
    KC_IO,
    KC_INTERNAL
};

#endif
