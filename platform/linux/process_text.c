/* SPDX-License-Identifier: MIT */
/*
 * The two texts of /proc/PID that we read. A process chooses its own name, so nothing in front
 * of the name's last parenthesis is believed, and a text of another form is an error.
 */
#define _GNU_SOURCE
#include "platform/linux/process_internal.h"

#include "platform/unix/descriptor.h"

#include <string.h>

/* proc(5) counts from 1; the name is field 2 and what follows it begins with field 3. */
#define FIELD_AFTER_NAME 3
#define FIELD_PARENT     4
#define FIELD_SESSION    6
#define FIELD_TERMINAL   7
#define FIELD_START      22

enum kc_error process_parse_stat(const char *text, struct process_stat *ret_stat) {
    struct process_stat stat = {.parent = 0};
    const char *next = strrchr(text, ')');
    if (next == NULL || next[1] != ' ') {
        return KC_INVALID;
    }
    next += 2;
    for (int field = FIELD_AFTER_NAME; field <= FIELD_START; field++) {
        size_t length = strcspn(next, " \n");
        if (field == FIELD_PARENT && !descriptor_parse_number(next, length, &stat.parent)) {
            return KC_INVALID;
        }
        /* Where these two aren't plain numbers (%d in the kernel's array.c) there is none. */
        if (field == FIELD_SESSION && !descriptor_parse_number(next, length, &stat.session)) {
            stat.session = 0;
        }
        if (field == FIELD_TERMINAL && !descriptor_parse_number(next, length, &stat.terminal)) {
            stat.terminal = 0;
        }
        if (field == FIELD_START) {
            if (!descriptor_parse_number(next, length, &stat.start_time)) {
                return KC_INVALID;
            }
            break;
        }
        if (length == 0 || next[length] != ' ') {
            return KC_INVALID;
        }
        next += length + 1;
    }
    *ret_stat = stat;
    return KC_OK;
}

/* The value behind "\n`label`:\t", once. The kernel escapes newlines in the process's name, so
 * the name can't make such a line. */
static const char *find_value(const char *text, const char *label) {
    const char *found = strstr(text, label);
    return found == NULL || strstr(found + 1, label) != NULL ? NULL : found + strlen(label);
}

static bool count_numbers(const char *value, size_t *ret_count) {
    size_t count = 0;
    for (;;) {
        uint64_t number = 0;
        size_t length = strcspn(value, "\t\n");
        if (!descriptor_parse_number(value, length, &number)) {
            return false;
        }
        count++;
        if (value[length] != '\t') {
            break;
        }
        value += length + 1;
    }
    *ret_count = count;
    return true;
}

enum kc_error process_parse_status(const char *text, struct process_status *ret_status) {
    struct process_status status = {0, 0};
    const char *tracer = find_value(text, "\nTracerPid:\t");
    const char *numbers = find_value(text, "\nNStgid:\t");
    if (tracer == NULL || numbers == NULL ||
        !descriptor_parse_number(tracer, strcspn(tracer, "\n"), &status.tracer) ||
        !count_numbers(numbers, &status.numbers)) {
        return KC_INVALID;
    }
    *ret_status = status;
    return KC_OK;
}
