/* SPDX-License-Identifier: MIT */
/*
 * The server's end of the socketpair: whole D-Bus messages, one after another, blocking. It is a
 * descriptor in somebody else's program, which may close all of them and get the number back
 * for a file of its own; so before each use it is looked at, and left alone once it is another.
 */
#ifndef LIBKCSHIM_SERVER_SOCKET_H
#define LIBKCSHIM_SERVER_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct _GDBusMessage;

struct server_socket {
    int descriptor;
    uint64_t device;
    uint64_t number; /* of the file, to tell it from another under the same descriptor */
};

/* `ret_client` is a descriptor of the caller's, both close on exec. KC_IO: no descriptors. */
KC_MUST_USE enum kc_error server_socket_open(struct server_socket *ret_socket, int *ret_client);
void server_socket_close(struct server_socket *socket);
/* For the other end, when it finds no owner. */
void server_socket_drop(int client);

/* Which of two has something within that time: a message, or its end. The second may be NULL, and
 * has also ended when its descriptor became another's. */
enum server_socket_ready { SERVER_SOCKET_NONE, SERVER_SOCKET_FIRST, SERVER_SOCKET_SECOND };
enum server_socket_ready server_socket_wait(const struct server_socket *first,
                                            const struct server_socket *second,
                                            unsigned timeout_ms);

/* NULL: the other side is gone, or sent what isn't a message. g_object_unref() it. */
struct _GDBusMessage *server_socket_receive(const struct server_socket *socket);
/* What was sent is wiped. False: nobody reads any more. */
bool server_socket_send(const struct server_socket *socket, struct _GDBusMessage *message);

/* Keeps the program's signals away from the calling thread. */
void server_socket_block_signals(void);

#endif
