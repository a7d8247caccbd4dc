/* SPDX-License-Identifier: MIT */
/* zlib (1.2.11 or later), and the only place that knows it. */
#include "daemon/audit_gzip.h"

#define ZLIB_CONST /* what goes in isn't written to */
#include <zlib.h>

#include <limits.h>
#include <stdlib.h>

/* zlib.h: the largest window; 16 more for the gzip format, and no other. */
#define WINDOW_BITS  (MAX_WBITS + 16)
#define MEMORY_LEVEL 8

struct audit_gzip {
    enum audit_gzip_way way;
    bool is_open;
    bool is_last; /* what was fed is the end */
    bool has_ended;
    uint64_t total;
    z_stream stream;
};

enum kc_error audit_gzip_new(enum audit_gzip_way way, struct audit_gzip **ret_gzip) {
    KC_AUTO(audit_gzip) gzip = calloc(1, sizeof *gzip);
    if (gzip == NULL) {
        return KC_NO_MEMORY;
    }
    gzip->way = way;
    int state = way == AUDIT_UNPACK ? inflateInit2(&gzip->stream, WINDOW_BITS)
                                    : deflateInit2(&gzip->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                                                   WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    if (state != Z_OK) {
        return state == Z_MEM_ERROR ? KC_NO_MEMORY : KC_INTERNAL;
    }
    gzip->is_open = true;
    *ret_gzip = gzip;
    gzip = NULL;
    return KC_OK;
}

void audit_gzip_free(struct audit_gzip *gzip) {
    if (gzip != NULL && gzip->is_open) {
        (void)(gzip->way == AUDIT_UNPACK ? inflateEnd(&gzip->stream) : deflateEnd(&gzip->stream));
    }
    free(gzip);
}

void audit_gzip_feed(struct audit_gzip *gzip, const void *bytes, size_t length, bool is_last) {
    gzip->stream.next_in = bytes;
    gzip->stream.avail_in = length < UINT_MAX ? (uInt)length : UINT_MAX;
    gzip->is_last = is_last;
}

static enum kc_error translate(struct audit_gzip *gzip, int state) {
    switch (state) {
    case Z_OK:
    case Z_BUF_ERROR: /* nothing went on: it wants bytes */
        return KC_OK;
    case Z_STREAM_END:
        gzip->has_ended = true;
        return KC_OK;
    case Z_MEM_ERROR:
        return KC_NO_MEMORY;
    default:
        return KC_DAMAGED;
    }
}

/* Nothing came out, and nothing is wrong. */
static enum kc_error why_nothing(const struct audit_gzip *gzip) {
    if (gzip->has_ended && gzip->stream.avail_in > 0) {
        return KC_DAMAGED; /* something stands behind it */
    }
    if (gzip->has_ended) {
        return gzip->is_last ? KC_END : KC_AGAIN;
    }
    return gzip->is_last ? KC_DAMAGED : KC_AGAIN;
}

enum kc_error audit_gzip_take(struct audit_gzip *gzip, void *buffer, size_t size,
                              size_t *ret_length) {
    z_stream *stream = &gzip->stream;
    enum kc_error error = KC_OK;
    size_t room = size < UINT_MAX ? size : UINT_MAX;
    stream->next_out = buffer;
    stream->avail_out = (uInt)room;
    if (!gzip->has_ended) {
        error = translate(gzip, gzip->way == AUDIT_UNPACK
                                    ? inflate(stream, Z_NO_FLUSH)
                                    : deflate(stream, gzip->is_last ? Z_FINISH : Z_NO_FLUSH));
    }
    size_t length = room - stream->avail_out;
    gzip->total += length;
    if (error != KC_OK) {
        return error;
    }
    if (gzip->way == AUDIT_UNPACK && gzip->total > AUDIT_UNPACKED_MAX) {
        return KC_TOO_BIG;
    }
    *ret_length = length;
    return length > 0 ? KC_OK : why_nothing(gzip);
}
