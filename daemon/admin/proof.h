/* SPDX-License-Identifier: MIT */
/*
 * Where a passphrase is set, administration needs it: for one connection, or for a while at this
 * terminal. Whatever isn't EXIT_DONE has been said.
 */
#ifndef PROOF_H
#define PROOF_H

#include "libkc/options.h"
#include "platform/attr.h"

struct answer;
struct secret;

/* Asks for the passphrase (no window pops up) and gives it for this connection. */
KC_MUST_USE enum exit_code proof_give(struct answer *answer);

/* `scope`: "connection" or "terminal". */
KC_MUST_USE enum exit_code proof_send(struct answer *answer, const char *scope,
                                      const struct secret *passphrase);

#endif
