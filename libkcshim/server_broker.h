/* SPDX-License-Identifier: MIT */
/*
 * The daemon, as the server asks it: one connection, made when it is needed and made anew when the
 * daemon was restarted. Belongs to the server's thread. No call takes longer than
 * BROKER_CALL_MS in all; when the daemon didn't answer, the next calls fail at once for a
 * moment, so that a queue of callers doesn't wait one after another.
 */
#ifndef LIBKCSHIM_SERVER_BROKER_H
#define LIBKCSHIM_SERVER_BROKER_H

#include <stdbool.h>

#include "libkcshim/server_trouble.h"
#include "platform/attr.h"

#define BROKER_CALL_MS  4400 /* two waits: to connect, and for the answer */
#define BROKER_PAUSE_MS 1000
#define BROKER_IDLE_MS  2000 /* after which the server lets it rest */

struct broker;
struct kc_answer;
struct kc_query;

struct broker *broker_new(void); /* NULL: no memory */
void broker_free(struct broker *broker);

/* True: the answer is a success; kc_answer_free() it. */
KC_MUST_USE bool broker_ask(struct broker *broker, const struct kc_query *query,
                            struct kc_answer **ret_answer, struct trouble *trouble);

/* Connects, when it isn't: the daemon looks at this program meanwhile. Whoever asks will be told
 * why not. */
void broker_prepare(struct broker *broker);

/* Gives the connection back: one program may have 64 of them, in all its processes. The next
 * question makes another. */
void broker_rest(struct broker *broker);

/* Whether a daemon listens, and why not; asks nothing. */
KC_MUST_USE bool broker_is_there(struct broker *broker, struct trouble *trouble);

KC_AUTO_DEFINE(broker)

#endif
