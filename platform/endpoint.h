/* SPDX-License-Identifier: MIT */
/*
 * The local address where the daemon listens, and one connection to it. An address is text:
 * a socket path here, a pipe name on Windows. Every function is for one thread at a time.
 */
#ifndef PLATFORM_ENDPOINT_H
#define PLATFORM_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct endpoint; /* an address that we hold */
struct wire;     /* one connection, either side */

/* An opaque number that the event loop can watch for readiness. Only accept.c and session.c
 * hand it on; nobody else interprets it. */
typedef intptr_t waitable;

#define WIRE_WRITER_UNKNOWN UINT64_C(0)

/*
 * Claims `address` and listens. The parent directory is made (0700) when it is missing, and
 * must be ours with no access for others. A lock beside the address is taken first and kept,
 * so two daemons never race; a dead daemon's socket is removed, a live one's never is.
 * KC_EXISTS  a live daemon holds it
 * KC_UNSAFE  the directory, or what stands at the address, isn't ours alone
 * KC_TOO_BIG the address is longer than the system allows (sun_path: 107 bytes on Linux)
 */
KC_MUST_USE enum kc_error endpoint_open(const char *address, struct endpoint **ret_endpoint);

/* Takes over the listener that a service manager passed us (LISTEN_PID, LISTEN_FDS,
 * sd_listen_fds(3)); unsets those variables. KC_NOT_FOUND: none was passed. Such an address
 * isn't removed at the end. */
KC_MUST_USE enum kc_error endpoint_inherit(struct endpoint **ret_endpoint);

/* Whether the address still leads to us (nobody replaced the socket on disk). */
bool endpoint_is_current(const struct endpoint *endpoint);

/* Borrowed until endpoint_free(). */
const char *endpoint_address(const struct endpoint *endpoint);
waitable endpoint_waitable(const struct endpoint *endpoint);

/* Never blocks. Messages on the new wire tell who wrote them from the first byte on.
 * KC_AGAIN: nobody waits (or who waited has left). KC_BUSY: we are out of descriptors; the
 * one who waited longest was turned away. */
KC_MUST_USE enum kc_error endpoint_accept(struct endpoint *endpoint, struct wire **ret_wire);

/* Stops listening; removes the address only when it is still ours. */
void endpoint_free(struct endpoint *endpoint);

/*
 * For clients: connects and makes sure that the other side runs as our own user before a
 * byte is sent.
 * KC_NOT_FOUND nobody listens there · KC_TIMEOUT · KC_TOO_BIG the address is too long
 * KC_UNSAFE    the listener is another user's, or others may write to the directory
 */
KC_MUST_USE enum kc_error wire_connect(const char *address, unsigned timeout_ms,
                                       struct wire **ret_wire);

/* Reads what is there, up to `size` bytes, never blocks. `ret_writer` is the number of the
 * process that wrote these bytes (SCM_CREDENTIALS, unix(7); one call never returns bytes of
 * two writers), or WIRE_WRITER_UNKNOWN where the system doesn't say. Descriptors that the
 * other side passes along are dropped. KC_AGAIN · KC_END. */
KC_MUST_USE enum kc_error wire_receive(struct wire *wire, void *buffer, size_t size,
                                       size_t *ret_length, uint64_t *ret_writer);

/* Writes what fits, never blocks, never raises a signal. KC_AGAIN · KC_END. */
KC_MUST_USE enum kc_error wire_send(struct wire *wire, const void *bytes, size_t length,
                                    size_t *ret_sent);

enum wire_direction { WIRE_READABLE, WIRE_WRITABLE };

/* Blocks until ready; for clients. KC_TIMEOUT. */
KC_MUST_USE enum kc_error wire_wait(struct wire *wire, enum wire_direction direction,
                                    unsigned timeout_ms);

waitable wire_waitable(const struct wire *wire);
void wire_free(struct wire *wire);

KC_AUTO_DEFINE(endpoint)
KC_AUTO_DEFINE(wire)

#endif
