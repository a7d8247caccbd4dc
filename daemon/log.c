/* SPDX-License-Identifier: MIT */
/* Writes and bounds the operator's log. Decides nothing. */
#include "daemon/log.h"

#include "libkc/parse.h"
#include "platform/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_SIZE 2048

/* Names from outside are escaped by who quotes them; paths of our own may hold anything, too. */
static void log_write(const char *text) {
    char time[PARSE_TIME_SIZE];
    char shown[2 * LINE_SIZE];
    parse_write_time(clock_wall_us(), true, time);
    (void)parse_escape_sentence(text, strlen(text), shown, sizeof shown);
    (void)fprintf(stderr, "%s %s\n", time, shown);
    (void)fflush(stderr);
}

void log_line(struct log *log, const char *format, ...) {
    uint64_t now = clock_monotonic_ms();
    char text[LINE_SIZE];
    if (log->window_ms == 0 || now - log->window_ms >= 1000) {
        unsigned suppressed = log->suppressed;
        log->window_ms = now;
        log->lines = 0;
        log->suppressed = 0;
        if (suppressed > 0) {
            (void)snprintf(text, sizeof text, "%u lines were left out", suppressed);
            log_write(text);
        }
    }
    if (log->lines >= LOG_LINES_PER_SECOND) {
        log->suppressed++;
        return;
    }
    log->lines++;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    log_write(text);
}
