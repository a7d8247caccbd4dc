/* SPDX-License-Identifier: MIT */
/*
 * What happens to one line: parsed, checked against the pins and the nonce, authorised, and
 * either answered at once or handed to the store. Knows nothing of sockets and buffers; that is
 * session's. The loop's thread.
 */
#ifndef SERVE_H
#define SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct daemon;
struct exchange;
struct identification;
struct policy;
struct secret;
struct session;

struct serving {
    struct daemon *daemon;
    struct session *session;
    uint64_t session_number;
    struct identification *identification; /* whole */
    const char *nonce;                     /* made after the identity was whole */
    bool is_proven;                        /* the passphrase was given on this connection */
    bool is_stranger;                      /* another process wrote some of the bytes */
};

/*
 * KC_OK: `ret_line` is the answer. KC_AGAIN: the store has it; session_finish() will be
 * called. Anything else: there is no answer; close the connection.
 */
KC_MUST_USE enum kc_error serve_line(const struct serving *serving, const char *text, size_t length,
                                     struct secret **ret_line);

/* The answer to an exchange that came back from the store. A value is left out, and the answer
 * is identity_changed, when the process isn't any more what was authorised. */
KC_MUST_USE enum kc_error serve_finish(const struct serving *serving, struct exchange *exchange,
                                       struct secret **ret_line);

/* The policy of this moment: read again when the file has changed, and what is wrong with it is
 * logged then. NULL: it is unusable. */
const struct policy *serve_policy(struct daemon *daemon);

/* The answer to a line over the limit, to half a line that never ended, to one connection too
 * many. */
KC_MUST_USE enum kc_error serve_refuse(enum kc_error error, const char *message,
                                       struct secret **ret_line);

#endif
