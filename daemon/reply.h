/* SPDX-License-Identifier: MIT */
/*
 * The answer: turns an outcome into a line of the wire. The only place where error codes
 * become wire words.
 */
#ifndef REPLY_H
#define REPLY_H

#include "daemon/exchange.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;

/* Fills status, reason and message. `message` may be NULL: then the code's own sentence. */
void reply_translate(enum kc_error error, const char *message, struct outcome *ret_outcome);

/* The same for a reason that is known already: `denied` for the policy's reasons, else
 * `error`. */
void reply_refuse(enum kc_reason reason, const char *message, struct outcome *ret_outcome);

/* The exchange's outcome and results as a line; the results stay the exchange's. */
KC_MUST_USE enum kc_error reply_write(const struct exchange *exchange, struct secret **ret_line);

/* An answer without an exchange. `id` and `nonce` may be NULL. */
KC_MUST_USE enum kc_error reply_write_outcome(const struct outcome *outcome, const char *id,
                                              const char *nonce, struct secret **ret_line);

/* The answer to HELLO. */
KC_MUST_USE enum kc_error reply_write_hello(const char *nonce, const char *id,
                                            struct secret **ret_line);

#endif
