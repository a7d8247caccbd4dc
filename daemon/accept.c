/* SPDX-License-Identifier: MIT */
/*
 * Accepts a bounded number at a time, so that a flood of connections leaves room on the loop
 * for those who are served. Over the bound, the answer is `busy` and the door is closed.
 */
#include "daemon/accept.h"

#include "daemon/audit.h"
#include "daemon/daemon.h"
#include "daemon/reply.h"
#include "daemon/session.h"
#include "libkc/secret.h"
#include "platform/check.h"
#include "platform/endpoint.h"

#include <uv.h>

#include <stdlib.h>

#define ACCEPT_AT_ONCE   64
#define LOOK_INTERVAL_MS 2000 /* whether the address still is ours */

struct listener {
    struct daemon *daemon;
    uv_poll_t poll;
    uv_timer_t timer;
    unsigned open_handles;
};

/*
 * Somebody who puts a socket of their own at our address can phish for what clients send.
 * There is nothing to do against that but to say it, and to serve nobody who comes through a
 * door that isn't the one with our name on it.
 */
static bool address_is_ours(struct daemon *daemon) {
    bool is_ours = endpoint_is_current(daemon->endpoint) || !check_is_on("endpoint_current");
    if (is_ours == !daemon->is_displaced) {
        return is_ours;
    }
    const struct audit_note note = {
        .event = is_ours ? "socket_restored" : "socket_replaced",
        .message = endpoint_address(daemon->endpoint),
    };
    daemon->is_displaced = !is_ours;
    log_line(&daemon->log, "%s: %s",
             is_ours ? "the socket is ours again"
                     : "WARNING: the socket was removed or replaced; "
                       "clients may be talking to somebody else",
             endpoint_address(daemon->endpoint));
    if (audit_note(daemon->audit, &note) != KC_OK) {
        log_line(&daemon->log, "that couldn't be written to the record");
    }
    return is_ours;
}

static void on_timer(uv_timer_t *timer) {
    const struct listener *listener = timer->data;
    (void)address_is_ours(listener->daemon);
}

/* One try: whoever doesn't take it at once leaves without it. */
static void turn_away(struct wire *wire) {
    struct outcome outcome;
    KC_AUTO(secret) line = NULL;
    reply_refuse(KC_REASON_BUSY, "too many connections; try again", &outcome);
    if (reply_write_outcome(&outcome, NULL, NULL, &line) == KC_OK) {
        size_t sent = 0;
        enum kc_error error = wire_send(wire, secret_view(line), secret_length(line), &sent);
        (void)error;
    }
}

static bool accept_one(struct daemon *daemon) {
    KC_AUTO(wire) wire = NULL;
    enum kc_error error = endpoint_accept(daemon->endpoint, &wire);
    if (error == KC_BUSY) {
        log_line(&daemon->log, "out of descriptors; a connection was turned away");
        return true;
    }
    if (error != KC_OK) {
        if (error != KC_AGAIN) {
            log_line(&daemon->log, "accepting failed; trying again at the next connection");
        }
        return false;
    }
    if (!address_is_ours(daemon)) {
        return true;
    }
    if (daemon->session_count >= KC_CONNECTIONS_MAX) {
        log_line(&daemon->log, "%d connections are open; another one was turned away",
                 KC_CONNECTIONS_MAX);
        turn_away(wire);
        return true;
    }
    error = session_open(daemon, &wire);
    if (error != KC_OK) {
        log_line(&daemon->log, "a connection couldn't be served; out of memory or descriptors");
    }
    return true;
}

static void on_readable(uv_poll_t *poll, int status, int events) {
    struct listener *listener = poll->data;
    (void)events;
    if (status != 0) {
        return;
    }
    for (int i = 0; i < ACCEPT_AT_ONCE && accept_one(listener->daemon); i++) {
    }
}

static void on_closed(uv_handle_t *handle) {
    struct listener *listener = handle->data;
    listener->open_handles--;
    if (listener->open_handles == 0) {
        free(listener);
    }
}

enum kc_error accept_open(struct daemon *daemon, struct listener **ret_listener) {
    struct listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL) {
        return KC_NO_MEMORY;
    }
    listener->daemon = daemon;
    listener->poll.data = listener;
    if (uv_poll_init_socket(daemon->loop, &listener->poll,
                            (uv_os_sock_t)endpoint_waitable(daemon->endpoint)) != 0) {
        free(listener);
        return KC_IO;
    }
    listener->timer.data = listener;
    (void)uv_timer_init(daemon->loop, &listener->timer);
    listener->open_handles = 2;
    if (uv_poll_start(&listener->poll, UV_READABLE, on_readable) != 0 ||
        uv_timer_start(&listener->timer, on_timer, LOOK_INTERVAL_MS, LOOK_INTERVAL_MS) != 0) {
        accept_close(listener);
        return KC_IO;
    }
    *ret_listener = listener;
    return KC_OK;
}

void accept_close(struct listener *listener) {
    if (listener != NULL) {
        uv_close((uv_handle_t *)&listener->poll, on_closed);
        uv_close((uv_handle_t *)&listener->timer, on_closed);
    }
}
