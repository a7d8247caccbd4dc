/* SPDX-License-Identifier: MIT */
/*
 * What a record looks like as text. docs/protocol.md lists the fields and their order. Pure:
 * the time and our own numbers are handed in.
 */
#ifndef AUDIT_LINE_H
#define AUDIT_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/audit_chain.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct audit_note;
struct exchange;

/* Lines that are ready to be appended, and where the chain stands behind them. */
struct audit_lines {
    struct audit_place place;
    int64_t now_us;
    size_t count;
    char *text;
    size_t length;
    size_t capacity;
};

/* Who writes a note. */
struct audit_writer {
    uint64_t pid;
    uint64_t uid;
};

void audit_lines_clear(struct audit_lines *lines);

/* All lines of one exchange (audit.h says which). */
KC_MUST_USE enum kc_error audit_lines_exchange(struct audit_lines *lines,
                                               const struct exchange *exchange);

/* `torn`: the hash of the torn line that this note accounts for, or NULL. */
KC_MUST_USE enum kc_error audit_lines_note(struct audit_lines *lines,
                                           const struct audit_writer *writer,
                                           const struct audit_note *note, const char *torn);

/* Ends a torn line. */
KC_MUST_USE enum kc_error audit_lines_newline(struct audit_lines *lines);

#endif
