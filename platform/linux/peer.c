/* SPDX-License-Identifier: MIT */
/*
 * Who connected, as the kernel noted it at connect(2), pinned through the kernel's own handle
 * of that process where it gives one.
 */
#define _GNU_SOURCE
#include "platform/peer.h"

#include "platform/check.h"
#include "platform/linux/process_internal.h"
#include "platform/linux/wire_internal.h"
#include "platform/process.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Linux 6.5, asm-generic/socket.h; the C library's headers may be older than the kernel. */
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

#define NUMBER_TEXT 24

struct peer {
    struct process *process;
    char user[NUMBER_TEXT];
    char group[NUMBER_TEXT];
};

static enum kc_error ask_credentials(int socket, struct ucred *ret_credentials,
                                     const char **ret_why) {
    struct ucred told;
    socklen_t size = sizeof told;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &told, &size) != 0 || size != sizeof told) {
        *ret_why = "the system doesn't say who it is";
        return KC_DENIED;
    }
    if (told.pid <= 0) {
        *ret_why = "it has no number in our pid name space";
        return KC_DENIED;
    }
    if (told.uid != geteuid() && check_is_on("uid")) {
        *ret_why = "it runs as another user";
        return KC_DENIED;
    }
    *ret_credentials = told;
    return KC_OK;
}

/* Only ENOPROTOOPT means that the kernel is older than the question. Every other refusal is
 * about the peer, mostly that it is gone, and asking by number then would find a stranger. */
static enum kc_error pin_connected(int socket, pid_t number, struct process **ret_process) {
    KC_AUTO_DESCRIPTOR handle = -1;
    socklen_t size = sizeof handle;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &handle, &size) == 0) {
        return process_pin_handle(&handle, (uint64_t)number, ret_process);
    }
    handle = -1;
    switch (errno) {
    case ENOPROTOOPT:
        return process_pin((uint64_t)number, ret_process);
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        return descriptor_error(errno);
    default:
        return KC_END;
    }
}

static const char *why_not_pinned(enum kc_error error) {
    switch (error) {
    case KC_END:
        return "it has left already";
    case KC_UNSAFE:
        return "it can't be looked at (set-id or non-dumpable)";
    default:
        return "the system couldn't look at it";
    }
}

enum kc_error peer_pin(const struct wire *wire, struct peer **ret_peer, const char **ret_why) {
    struct ucred credentials;
    enum kc_error error = ask_credentials(wire->descriptor, &credentials, ret_why);
    if (error != KC_OK) {
        return error;
    }
    KC_AUTO(peer) peer = calloc(1, sizeof *peer);
    if (peer == NULL) {
        *ret_why = "there is no memory left";
        return KC_NO_MEMORY;
    }
    error = pin_connected(wire->descriptor, credentials.pid, &peer->process);
    if (error != KC_OK) {
        *ret_why = why_not_pinned(error);
        return error;
    }
    (void)snprintf(peer->user, sizeof peer->user, "%lu", (unsigned long)credentials.uid);
    (void)snprintf(peer->group, sizeof peer->group, "%lu", (unsigned long)credentials.gid);
    *ret_peer = peer;
    peer = NULL;
    return KC_OK;
}

enum kc_error peer_check(const struct peer *peer, uint64_t writer, const char **ret_why) {
    if (writer == WIRE_WRITER_UNKNOWN || writer != process_number(peer->process)) {
        *ret_why = "another process wrote this";
        return KC_CHANGED;
    }
    if (!check_is_on("pins")) {
        return KC_OK;
    }
    enum kc_error error = process_check(peer->process);
    if (error != KC_OK) {
        *ret_why = error == KC_CHANGED ? "it has executed another program" : "it has ended";
        return error;
    }
    return process_check_untraced(peer->process, ret_why);
}

const struct process *peer_process(const struct peer *peer) {
    return peer->process;
}

const char *peer_user(const struct peer *peer) {
    return peer->user;
}

const char *peer_group(const struct peer *peer) {
    return peer->group;
}

void peer_free(struct peer *peer) {
    if (peer == NULL) {
        return;
    }
    process_free(peer->process);
    free(peer);
}
