/* SPDX-License-Identifier: MIT */
/*
 * The operator's log: one line on standard error for each event that somebody may want to act
 * on. Not the record (audit.h): it may change from version to version, and it is bounded.
 * The loop's thread.
 */
#ifndef LOG_H
#define LOG_H

#include <stdint.h>

#include "platform/attr.h"

#define LOG_LINES_PER_SECOND 20

/* Zeroed is ready. */
struct log {
    uint64_t window_ms;
    unsigned lines;
    unsigned suppressed;
};

/* "2026-01-02T03:04:05Z text". Lines over LOG_LINES_PER_SECOND are counted, and the count is
 * told with the next line that fits. The arguments must be fit for a terminal already
 * (parse_escape). */
KC_PRINTF(2, 3) void log_line(struct log *log, const char *format, ...);

#endif
