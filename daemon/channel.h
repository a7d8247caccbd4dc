/* SPDX-License-Identifier: MIT */
/*
 * A connection as lines: one line in, one answer out, in order, each within its deadline.
 * Nothing is read while an answer is owed: what a client sends meanwhile waits in the kernel and
 * costs only itself. Knows nothing of what a line means. The loop's thread.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct channel;
struct secret;
struct uv_loop_s;
struct wire;

/* Who reads the lines. Kept, with everything in it, until `closed` was called. */
struct channel_owner {
    void *context;
    /* A whole line, wiped when this returns. The owner calls channel_answer() or channel_end(),
     * now or later; until then there is no other line. */
    void (*line)(void *context, const char *text, size_t length);
    /* KC_TOO_BIG, KC_INVALID (half a line that never ended) or KC_BUSY; the owner calls
     * channel_end() now. */
    void (*trouble)(void *context, enum kc_error error, const char *message);
    /* Once, when the channel has gone, for whatever reason; it must not be used any more. */
    void (*closed)(void *context);
    struct secret *scratch; /* shared room to receive in */
    size_t *buffered;       /* bytes that wait in all channels together … */
    size_t buffered_max;    /* … and the bound, over which a channel gets KC_BUSY */
};

/* Takes the wire, always. Nothing is read before channel_begin(). */
KC_MUST_USE enum kc_error channel_open(struct uv_loop_s *loop, struct wire **take_wire,
                                       const struct channel_owner *owner,
                                       struct channel **ret_channel);

/* Borrowed. */
const struct wire *channel_wire(const struct channel *channel);

/* Begins to read, at once; `writer` is the process that may write. `owner.line` may be called from
 * within. */
void channel_begin(struct channel *channel, uint64_t writer);

/* Whether bytes came that another process wrote. Stays true. */
bool channel_had_stranger(const struct channel *channel);

/* Sends the answer to the line; then the next line is read. After closing it does nothing. */
void channel_answer(struct channel *channel, struct secret **take_line);

/* Sends a last answer, or tries to, and closes. */
void channel_end(struct channel *channel, struct secret **take_line);

/* Closes now; `closed` is called from the loop. May be called again. */
void channel_close(struct channel *channel);

#endif
