/* SPDX-License-Identifier: MIT */
/* The listener on the loop: turns waiting connections into sessions, within the bounds. */
#ifndef ACCEPT_H
#define ACCEPT_H

#include "platform/attr.h"
#include "platform/kc_error.h"

struct daemon;
struct listener;

/* Begins to accept on daemon->endpoint, which stays the daemon's. */
KC_MUST_USE enum kc_error accept_open(struct daemon *daemon, struct listener **ret_listener);

/* Stops; frees itself on the loop. Accepts NULL. */
void accept_close(struct listener *listener);

#endif
