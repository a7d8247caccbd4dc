/* SPDX-License-Identifier: MIT */
/* Polling, buffering and deadlines of one connection. */
#include "daemon/channel.h"

#include "libkc/line.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"
#include "platform/endpoint.h"
#include "platform/secmem.h"

#include <uv.h>

#include <stdio.h>
#include <stdlib.h>

#define LINES_AT_ONCE    32 /* handed on in one turn of the loop */
#define RECEIVES_AT_ONCE 16 /* reads in one turn of the loop */

enum deadline { DEADLINE_NONE, DEADLINE_LINE, DEADLINE_ANSWER, DEADLINE_TURN };

struct channel {
    struct channel_owner owner;
    struct wire *wire;
    uv_poll_t poll;
    int watched; /* the events that `poll` waits for */
    uv_timer_t timer;
    enum deadline deadline;
    struct line line;
    size_t charged; /* bytes counted in *owner.buffered */
    struct secret *answer;
    size_t answer_sent;
    uint64_t writer;
    bool had_stranger;
    bool is_begun;
    bool is_advancing; /* channel_answer() was called from within owner.line */
    bool is_owing;     /* the owner has a line and owes an answer */
    bool is_ending;    /* close when the answer is out */
    bool is_closing;
    unsigned open_handles;
};

static void channel_arm(struct channel *channel);

static void channel_charge(struct channel *channel) {
    size_t held = channel->line.buffer != NULL ? secret_length(channel->line.buffer) : 0;
    *channel->owner.buffered += held - channel->charged;
    channel->charged = held;
}

static bool channel_may_read(const struct channel *channel) {
    return channel->is_begun && !channel->is_owing && channel->answer == NULL &&
           !channel->is_ending && !channel->is_closing;
}

static void on_closed(uv_handle_t *handle) {
    struct channel *channel = handle->data;
    channel->open_handles--;
    if (channel->open_handles > 0) {
        return;
    }
    line_clear(&channel->line);
    channel_charge(channel);
    secret_free(channel->answer);
    wire_free(channel->wire);
    channel->owner.closed(channel->owner.context);
    free(channel);
}

void channel_close(struct channel *channel) {
    if (channel->is_closing) {
        return;
    }
    channel->is_closing = true;
    uv_close((uv_handle_t *)&channel->poll, on_closed);
    uv_close((uv_handle_t *)&channel->timer, on_closed);
}

static void on_timer(uv_timer_t *timer);

static void channel_set_deadline(struct channel *channel, enum deadline deadline) {
    if (deadline == channel->deadline) {
        return;
    }
    channel->deadline = deadline;
    if (deadline == DEADLINE_NONE) {
        (void)uv_timer_stop(&channel->timer);
        return;
    }
    uint64_t wait_ms = deadline == DEADLINE_TURN ? 0 : KC_IDLE_LINE_MS;
    (void)uv_timer_start(&channel->timer, on_timer, wait_ms, 0);
}

static void channel_flush(struct channel *channel) {
    while (channel->answer != NULL && !channel->is_closing) {
        size_t length = secret_length(channel->answer) - channel->answer_sent;
        size_t sent = 0;
        enum kc_error error = wire_send(
            channel->wire, secret_view(channel->answer) + channel->answer_sent, length, &sent);
        if (error == KC_AGAIN) {
            return;
        }
        if (error != KC_OK) {
            channel_close(channel);
            return;
        }
        channel->answer_sent += sent;
        channel_set_deadline(channel, DEADLINE_NONE); /* progress: the time begins anew */
        if (sent == length) {
            secret_free(channel->answer);
            channel->answer = NULL;
        }
    }
    if (channel->is_ending) {
        channel_close(channel);
    }
}

static enum kc_error channel_receive_once(struct channel *channel) {
    struct secret *scratch = channel->owner.scratch;
    size_t length = 0;
    uint64_t writer = WIRE_WRITER_UNKNOWN;
    enum kc_error error = wire_receive(channel->wire, secret_bytes(scratch),
                                       secret_capacity(scratch), &length, &writer);
    if (error != KC_OK) {
        return error;
    }
    if (writer != channel->writer) {
        channel->had_stranger = true;
    }
    error = line_feed(&channel->line, secret_bytes(scratch), length, KC_LINE_MAX);
    secmem_wipe(secret_bytes(scratch), length);
    channel_charge(channel);
    return error;
}

static void channel_receive(struct channel *channel) {
    char message[128];
    for (int i = 0; i < RECEIVES_AT_ONCE && !line_is_ready(&channel->line); i++) {
        enum kc_error error = channel_receive_once(channel);
        if (error == KC_AGAIN) {
            return;
        }
        if (error == KC_TOO_BIG) {
            (void)snprintf(message, sizeof message,
                           "the line is longer than %d bytes; send fewer or smaller values",
                           KC_LINE_MAX);
            channel->owner.trouble(channel->owner.context, KC_TOO_BIG, message);
            return;
        }
        if (error != KC_OK) {
            channel_close(channel);
            return;
        }
        if (*channel->owner.buffered > channel->owner.buffered_max) {
            channel->owner.trouble(channel->owner.context, KC_BUSY,
                                   "too much waits in unfinished lines; try again");
            return;
        }
    }
}

/* Hands on what waits, up to a bound, and then says what the loop is to watch for. */
static void channel_advance(struct channel *channel) {
    channel->is_advancing = true;
    for (int i = 0; i < LINES_AT_ONCE && channel_may_read(channel); i++) {
        char *text = NULL;
        size_t length = 0;
        if (line_take(&channel->line, &text, &length) != KC_OK) {
            break;
        }
        channel->is_owing = true;
        channel->owner.line(channel->owner.context, text, length);
        secmem_wipe(text, length);
    }
    channel->is_advancing = false;
    channel_charge(channel);
    channel_arm(channel);
}

static void on_timer(uv_timer_t *timer) {
    struct channel *channel = timer->data;
    enum deadline deadline = channel->deadline;
    channel->deadline = DEADLINE_NONE;
    if (deadline == DEADLINE_TURN) {
        channel_advance(channel);
    } else if (deadline == DEADLINE_LINE) {
        channel->owner.trouble(channel->owner.context, KC_INVALID,
                               "half a line, and not the rest of it within 30 s");
        channel_arm(channel);
    } else {
        channel_close(channel); /* a client that doesn't read its answer */
    }
}

static void on_ready(uv_poll_t *poll, int status, int events);

/* To be told the same again would cost two calls of the kernel. */
static void channel_watch(struct channel *channel, int events) {
    if (events == channel->watched) {
        return;
    }
    channel->watched = events;
    int failed = events != 0 ? uv_poll_start(&channel->poll, events, on_ready)
                             : uv_poll_stop(&channel->poll);
    if (failed != 0) {
        channel_close(channel);
    }
}

static void channel_receive_if_due(struct channel *channel) {
    if (channel_may_read(channel)) {
        channel_receive(channel);
    } else {
        channel_watch(channel, 0); /* it must wait for its answer first */
    }
}

static void on_ready(uv_poll_t *poll, int status, int events) {
    struct channel *channel = poll->data;
    if (status != 0) {
        channel_close(channel);
        return;
    }
    if ((events & UV_WRITABLE) != 0) {
        channel_flush(channel);
    }
    if ((events & UV_READABLE) != 0) {
        channel_receive_if_due(channel);
    }
    channel_advance(channel);
}

static void channel_arm(struct channel *channel) {
    int events = 0;
    enum deadline deadline = DEADLINE_NONE;
    if (channel->is_closing) {
        return;
    }
    if (channel->answer != NULL) {
        events = UV_WRITABLE;
        deadline = DEADLINE_ANSWER;
    } else if (channel_may_read(channel) && line_is_ready(&channel->line)) {
        deadline = DEADLINE_TURN;
    } else if (channel_may_read(channel)) {
        events = UV_READABLE;
        deadline = line_pending(&channel->line) > 0 ? DEADLINE_LINE : DEADLINE_NONE;
    } else if (channel->is_owing) {
        /* Most clients wait for their answer; who doesn't is noticed, and then not heard. */
        events = channel->watched & UV_READABLE;
    }
    channel_set_deadline(channel, deadline);
    channel_watch(channel, events);
}

enum kc_error channel_open(struct uv_loop_s *loop, struct wire **take_wire,
                           const struct channel_owner *owner, struct channel **ret_channel) {
    KC_AUTO(wire) wire = *take_wire;
    *take_wire = NULL;
    struct channel *channel = calloc(1, sizeof *channel);
    if (channel == NULL) {
        return KC_NO_MEMORY;
    }
    channel->owner = *owner;
    channel->poll.data = channel;
    channel->timer.data = channel;
    if (uv_poll_init_socket(loop, &channel->poll, (uv_os_sock_t)wire_waitable(wire)) != 0) {
        free(channel);
        return KC_IO;
    }
    (void)uv_timer_init(loop, &channel->timer);
    channel->open_handles = 2;
    channel->wire = wire;
    wire = NULL;
    *ret_channel = channel;
    return KC_OK;
}

const struct wire *channel_wire(const struct channel *channel) {
    return channel->wire;
}

void channel_begin(struct channel *channel, uint64_t writer) {
    channel->writer = writer;
    channel->is_begun = true;
    channel_receive(channel); /* most of the time its first line came while it was looked at */
    channel_advance(channel);
}

bool channel_had_stranger(const struct channel *channel) {
    return channel->had_stranger;
}

void channel_answer(struct channel *channel, struct secret **take_line) {
    KC_AUTO(secret) line = *take_line;
    *take_line = NULL;
    if (channel->is_closing) {
        return;
    }
    channel->is_owing = false;
    channel->answer = line;
    channel->answer_sent = 0;
    line = NULL;
    channel_flush(channel);
    if (!channel->is_advancing) {
        channel_advance(channel);
    }
}

void channel_end(struct channel *channel, struct secret **take_line) {
    channel->is_ending = true;
    channel_answer(channel, take_line);
}
