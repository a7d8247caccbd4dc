/* SPDX-License-Identifier: MIT */
/* Looks, and copies nothing. */
#include "daemon/admin/span.h"

#include <string.h>

bool span_is_blank(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\r';
}

struct span span_trim(struct span span) {
    while (span.start < span.end && span_is_blank(*span.start)) {
        span.start++;
    }
    while (span.end > span.start && span_is_blank(span.end[-1])) {
        span.end--;
    }
    return span;
}

size_t span_length(struct span span) {
    return (size_t)(span.end - span.start);
}

bool span_equals(struct span span, const char *word) {
    return strlen(word) == span_length(span) && memcmp(span.start, word, span_length(span)) == 0;
}
