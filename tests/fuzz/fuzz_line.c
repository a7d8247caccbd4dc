/* SPDX-License-Identifier: MIT */
/*
 * The first byte is the size of the pieces, the second the limit, the rest the stream: the
 * lines that come out must be the stream again, and none over the limit.
 * links: libkc/line.c libkc/secret.c platform
 */
#include "libkc/line.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Takes lines and compares them with the stream; returns where they end. */
static size_t take_lines(struct line *line, const uint8_t *stream, size_t at, size_t limit) {
    char *text = NULL;
    size_t length = 0;
    while (line_take(line, &text, &length) == KC_OK) {
        if (length + 1 > limit || text[length] != '\0' || memcmp(stream + at, text, length) != 0 ||
            stream[at + length] != '\n') {
            abort();
        }
        at += length + 1;
    }
    return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    if (length < 2) {
        return 0;
    }
    size_t piece = bytes[0] % 64 + 1U;
    size_t limit = bytes[1] + 1U;
    const uint8_t *stream = bytes + 2;
    size_t stream_length = length - 2;
    struct line line = {0};
    size_t fed = 0;
    size_t taken = 0;
    while (fed < stream_length) {
        size_t step = stream_length - fed < piece ? stream_length - fed : piece;
        if (line_feed(&line, stream + fed, step, limit) != KC_OK) {
            break;
        }
        fed += step;
        if (fed % 3 != 0) {
            taken = take_lines(&line, stream, taken, limit);
        }
    }
    taken = take_lines(&line, stream, taken, limit);
    if (taken + line_pending(&line) != fed || line_pending(&line) >= limit) {
        abort();
    }
    line_clear(&line);
    return 0;
}
