/* SPDX-License-Identifier: MIT */
/*
 * Who is at the other end of a connection, as the kernel tells it. The daemon's side only.
 * A peer is a pinned process plus the user and group that it had when it connected.
 */
#ifndef PLATFORM_PEER_H
#define PLATFORM_PEER_H

#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct peer;
struct process;
struct wire;

/*
 * Pins the process that connected. Call it right after accepting. `ret_why` is a static
 * sentence whenever the answer isn't KC_OK.
 * KC_DENIED another user, or nobody (pid 0) · KC_END it has left already
 * KC_UNSAFE the system doesn't let us look at it (set-id or non-dumpable)
 */
KC_MUST_USE enum kc_error peer_pin(const struct wire *wire, struct peer **ret_peer,
                                   const char **ret_why);

/* Before every request is believed and before every answer that carries a value is sent:
 * `writer` (from wire_receive) is the pinned process, which is alive, still runs the image
 * that we looked at, and isn't traced. KC_CHANGED, KC_END or KC_UNSAFE, with `ret_why`. */
KC_MUST_USE enum kc_error peer_check(const struct peer *peer, uint64_t writer,
                                     const char **ret_why);

/* Borrowed until peer_free(). */
const struct process *peer_process(const struct peer *peer);

/* Numbers on Unix, SIDs on Windows; as text, for the policy and the record. Borrowed. */
const char *peer_user(const struct peer *peer);
const char *peer_group(const struct peer *peer);

void peer_free(struct peer *peer);

KC_AUTO_DEFINE(peer)

#endif
