/* SPDX-License-Identifier: MIT */
/*
 * Reads a log line by line, with one buffer, as far as it went when its file was opened; also one
 * that is packed. Also where the chain stands at its end.
 */
#ifndef AUDIT_READER_H
#define AUDIT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/audit_chain.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct audit_file;
struct audit_reader;
struct file_log;

struct audit_piece {
    const char *text; /* without its newline; borrowed until the next call */
    size_t length;    /* at most AUDIT_LINE_MAX + 1: more than AUDIT_LINE_MAX was cut there */
    bool is_whole;    /* a newline follows; false for the last piece of a torn log, or a cut one */
    uint64_t offset;  /* where it begins */
};

/* `log` is lent until audit_reader_free(). Begins at `offset`. */
KC_MUST_USE enum kc_error audit_reader_new(const struct file_log *log, uint64_t offset,
                                           struct audit_reader **ret_reader);
/* One of the record's files, which the reader opens. When it was packed meanwhile, that one. Never
 * makes a file: KC_NOT_FOUND. */
KC_MUST_USE enum kc_error audit_reader_open(const struct audit_file *file,
                                            struct audit_reader **ret_reader);
void audit_reader_free(struct audit_reader *reader);

/* KC_END: there is no more. KC_DAMAGED, KC_TOO_BIG: it can't be unpacked (audit_gzip.h). */
KC_MUST_USE enum kc_error audit_reader_next(struct audit_reader *reader,
                                            struct audit_piece *ret_piece);

struct audit_tail {
    struct audit_place place;  /* the last record */
    char torn[HASH_TEXT_SIZE]; /* of the last line when that isn't a record; else "" */
    bool is_unfinished;        /* the log doesn't end with a newline */
};

/* The same for a file that isn't written any more; reads all of it when it is packed. */
KC_MUST_USE enum kc_error audit_find_file_tail(const struct audit_file *file,
                                               struct audit_tail *ret_tail);

/* Looks at the end of the log; at all of it only when there is no record near the end. */
KC_MUST_USE enum kc_error audit_find_tail(const struct file_log *log, struct audit_tail *ret_tail);

KC_AUTO_DEFINE(audit_reader)

#endif
