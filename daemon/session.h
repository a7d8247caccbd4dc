/* SPDX-License-Identifier: MIT */
/*
 * One connection: receives lines, walks each through identify, authorise and the store, and
 * sends the answers in order. One request at a time. The loop's thread.
 */
#ifndef SESSION_H
#define SESSION_H

#include "platform/attr.h"
#include "platform/kc_error.h"

struct daemon;
struct exchange;
struct session;
struct wire;

/* Takes the wire and begins. From here on the session belongs to the loop: it frees itself
 * when it has closed and nothing of it is under way. */
KC_MUST_USE enum kc_error session_open(struct daemon *daemon, struct wire **take_wire);

/* Closes every session of the daemon. */
void session_close_all(struct daemon *daemon);

/* The passphrase was given on this connection; may be called when it has closed already. */
void session_set_proven(struct session *session);

struct daemon *session_daemon(const struct session *session);

/* The store has finished with an exchange (store_road.done). */
void session_finish(struct exchange *exchange);

#endif
