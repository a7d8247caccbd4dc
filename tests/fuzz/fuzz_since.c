/* SPDX-License-Identifier: MIT */
/*
 * Reads a moment as somebody wrote it. One that is so long ago lies within the bound; a time is
 * written again as it was.
 *
 * links: daemon/admin/since.c daemon/admin/duration.c libkc/parse.c libkc/parse_time.c
 */
#include "daemon/admin/since.h"

#include "libkc/parse.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NOW_US INT64_C(1767225600000000)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    char text[64];
    char again[PARSE_TIME_SIZE];
    int64_t since_us = 0;
    if (length >= sizeof text || memchr(bytes, '\0', length) != NULL) {
        return 0;
    }
    memcpy(text, bytes, length);
    text[length] = '\0';
    if (since_parse(text, NOW_US, &since_us) != KC_OK) {
        return 0;
    }
    if (text[length - 1] == 'Z') {
        parse_write_time(since_us, length + 1 != PARSE_TIME_SIZE, again);
        require(strcmp(text, again) == 0);
    } else {
        int64_t ago_us = NOW_US - since_us;
        require(ago_us >= 1000000 && ago_us <= INT64_C(86400) * SINCE_DAYS_MAX * 1000000);
    }
    return 0;
}
