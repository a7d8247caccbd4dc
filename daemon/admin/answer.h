/* SPDX-License-Identifier: MIT */
/*
 * The commands as clients of the daemon: connect, ask, say what went wrong, and turn it into
 * an exit code. Whatever isn't EXIT_DONE has been said already.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include <stdbool.h>

#include "libkc/keychain-auth.h"
#include "libkc/options.h"
#include "platform/attr.h"

struct answer {
    struct kc_client *client;
    const struct options *options; /* lent by whoever connected */
    struct kc_answer *answer;      /* NULL until answer_ask() */
};

/* Connects to --socket, else to the user's own daemon, and shuts our memory once the daemon has
 * seen who we are. EXIT_NO_DAEMON. */
KC_MUST_USE enum exit_code answer_connect(const struct options *options,
                                          struct answer **ret_answer);

/* EXIT_DONE: the status is "success". The answer before it is dropped. Where a passphrase is
 * needed it is asked for, once, and the question is repeated. */
KC_MUST_USE enum exit_code answer_ask(struct answer *answer, const struct kc_query *query);

/* Both. */
KC_MUST_USE enum exit_code answer_get(const struct options *options, const struct kc_query *query,
                                      struct answer **ret_answer);
void answer_free(struct answer *answer);

/* A daemon keeps the lock beside its address as long as it lives, whatever becomes of the socket
 * (platform/endpoint.h). */
bool answer_is_held(const char *address);

/* The address that answer_connect() uses; NULL: the library finds it. */
const char *answer_address(const struct options *options);

KC_AUTO_DEFINE(answer)

#endif
