/* SPDX-License-Identifier: MIT */
/*
 * The texts of /proc/PID that we read. A process chooses its own name, so nothing in front
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

/* Between the first parenthesis and the last. A name that is too long for anything we look for
 * (some kernel threads have one) is none. */
static bool copy_name(const char *text, const char *end, char name[PROCESS_NAME_SIZE]) {
    const char *start = strchr(text, '(');
    if (start == NULL || start >= end) {
        return false;
    }
    size_t length = (size_t)(end - start - 1);
    length = length < PROCESS_NAME_SIZE ? length : 0;
    memcpy(name, start + 1, length);
    name[length] = '\0';
    return true;
}

/* The kernel prints sessions and terminals signed (%d in its array.c): a terminal beyond half a
 * million is below zero, a session that this pid name space doesn't see is -1. Such a one is as
 * good as none. */
static bool take_signed(const char *word, size_t length, uint64_t *number) {
    return *word == '-' ? length > 1 : descriptor_parse_number(word, length, number);
}

/* Every other field that counts is a number without a sign. */
static bool take_field(int field, const char *word, size_t length, struct process_stat *stat) {
    switch (field) {
    case FIELD_PARENT:
        return descriptor_parse_number(word, length, &stat->parent);
    case FIELD_TERMINAL:
        return take_signed(word, length, &stat->terminal);
    case FIELD_SESSION:
        return take_signed(word, length, &stat->session);
    case FIELD_START:
        return descriptor_parse_number(word, length, &stat->start_time);
    default:
        return length > 0;
    }
}

enum kc_error process_parse_stat(const char *text, struct process_stat *ret_stat) {
    struct process_stat stat = {0};
    const char *next = strrchr(text, ')');
    if (next == NULL || next[1] != ' ' || !copy_name(text, next, stat.name)) {
        return KC_INVALID;
    }
    next += 2;
    for (int field = FIELD_AFTER_NAME; field <= FIELD_START; field++) {
        size_t length = strcspn(next, " \n");
        if (!take_field(field, next, length, &stat)) {
            return KC_INVALID;
        }
        if (field < FIELD_START && next[length] != ' ') {
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

enum kc_error process_parse_users(const char *text, struct process_users *ret_users) {
    struct process_users users;
    const char *value = find_value(text, "\nUid:\t");
    if (value == NULL) {
        return KC_INVALID;
    }
    for (size_t i = 0; i < PROCESS_USERS; i++) {
        size_t length = strcspn(value, "\t\n");
        char end = i + 1 < PROCESS_USERS ? '\t' : '\n';
        if (!descriptor_parse_number(value, length, &users.numbers[i]) || value[length] != end) {
            return KC_INVALID;
        }
        value += length + 1;
    }
    *ret_users = users;
    return KC_OK;
}
