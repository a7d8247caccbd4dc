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
#include "daemon/worker.h"
#include "libkc/secret.h"
#include "platform/check.h"
#include "platform/endpoint.h"

#include <uv.h>

#include <stdlib.h>

#define ACCEPT_AT_ONCE   64
#define LOOK_INTERVAL_MS 2000 /* whether the address still is ours */

struct listener {
    struct job job; /* first: on_recorded() casts back */
    struct daemon *daemon;
    uv_poll_t poll;
    uv_timer_t timer;
    unsigned open_handles;
    struct worker *recorder;
    bool was_elsewhere; /* somebody came through another door since the timer's last look */
    bool owes_record;   /* a replacement was told that isn't in the record, nor on its way there */
    bool is_record_displaced; /* what the record says */
    bool has_complained;      /* that it can't be written; said once */
    struct audit_note note;   /* this and the next two: as the recorder got and leaves them */
    bool is_note_displaced;
    enum kc_error note_error;
};

/*
 * Somebody who puts a socket of their own at our address can phish for what clients send.
 * There is nothing to do against that but to say it, and to serve nobody who comes through a
 * door that isn't the one with our name on it.
 */
static bool address_is_ours(const struct daemon *daemon) {
    return endpoint_is_current(daemon->endpoint) || !check_is_on("endpoint_current");
}

/* Whoever moves the socket may hold the record's lock as well, so the loop doesn't wait. */
static void run_record(struct job *first, void *context) {
    struct listener *listener = context;
    (void)first;
    listener->note_error = audit_note(listener->daemon->audit, &listener->note);
}

static void on_recorded(struct job *job) {
    struct listener *listener = (struct listener *)job;
    if (listener->note_error == KC_OK) {
        listener->is_record_displaced = listener->is_note_displaced;
        listener->has_complained = false;
        return;
    }
    listener->owes_record = listener->owes_record || listener->is_note_displaced;
    if (!listener->has_complained) {
        listener->has_complained = true;
        log_line(&listener->daemon->log,
                 "what became of the socket couldn't be written to the record; trying again");
    }
}

/* One at a time, tried until it is written. A replacement is recorded even when it is over. */
static void record_address(struct listener *listener) {
    const struct daemon *daemon = listener->daemon;
    bool is_restored = listener->is_record_displaced && !daemon->is_displaced;
    if (worker_load(listener->recorder) > 0 || (!listener->owes_record && !is_restored)) {
        return;
    }
    listener->is_note_displaced = listener->owes_record;
    listener->note = (struct audit_note){
        .event = listener->owes_record ? "socket_replaced" : "socket_restored",
        .message = endpoint_address(daemon->endpoint),
    };
    listener->job.done = on_recorded;
    if (worker_submit(listener->recorder, &listener->job) == KC_OK) {
        listener->owes_record = false;
    }
}

static void tell_address(struct listener *listener, bool is_ours) {
    struct daemon *daemon = listener->daemon;
    if (is_ours == !daemon->is_displaced) {
        return;
    }
    daemon->is_displaced = !is_ours;
    listener->owes_record = listener->owes_record || !is_ours;
    log_line(&daemon->log, "%s: %s",
             is_ours ? "the socket is ours again"
                     : "WARNING: the socket was removed or replaced; "
                       "clients may be talking to somebody else",
             endpoint_address(daemon->endpoint));
}

static void on_timer(uv_timer_t *timer) {
    struct listener *listener = timer->data;
    tell_address(listener, !listener->was_elsewhere && address_is_ours(listener->daemon));
    listener->was_elsewhere = false;
    record_address(listener);
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

static bool accept_one(struct listener *listener) {
    struct daemon *daemon = listener->daemon;
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
        listener->was_elsewhere = true;
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
    for (int i = 0; i < ACCEPT_AT_ONCE && accept_one(listener); i++) {
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
    const struct worker_plan plan = {
        .threads = 1, .bound = 1, .run = run_record, .context = listener};
    enum kc_error error = worker_open(daemon->loop, &plan, &listener->recorder);
    if (error != KC_OK) {
        accept_close(listener);
        return error;
    }
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
        worker_close(listener->recorder); /* what it writes is the listener's */
        uv_close((uv_handle_t *)&listener->poll, on_closed);
        uv_close((uv_handle_t *)&listener->timer, on_closed);
    }
}
