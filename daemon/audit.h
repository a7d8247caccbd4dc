/* SPDX-License-Identifier: MIT */
/*
 * The record: audit.log, one JSON line for every secret touched, each carrying the SHA-256 of
 * the record before (`prev`) and a number (`seq`). Written and made durable before anything is
 * released or changed. docs/protocol.md lists the fields. The daemon and the commands
 * append under one lock (`path`.lock), each continuing the chain where it stands.
 */
#ifndef AUDIT_H
#define AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/audit_chain.h"
#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct audit;
struct audit_head;
struct exchange;

/* Longest line that is read. */
#define AUDIT_LINE_MAX    (64 * 1024)
/* Longest line that is written: paths and messages are cut, with "..." at their end, where they
 * would take more than 1 KiB of it, and the paths of a chain's other processes behind 192 bytes. */
#define AUDIT_WRITTEN_MAX (32 * 1024)

/*
 * Makes the directory and the file when missing. A torn last line (a crash in the middle of a
 * write) is ended with a newline, kept, and followed by a record with event "torn_line", which
 * holds its hash (`torn`); its `prev` is the hash of the last whole record. A log that was put
 * in the place of ours while we ran gets a record with event "log_replaced".
 * KC_UNSAFE: others may write to it. KC_BUSY: somebody holds its lock.
 */
KC_MUST_USE enum kc_error audit_open(const char *path, struct audit **ret_audit);
void audit_free(struct audit *audit);

/*
 * Appends the lines of all exchanges of a batch and makes them durable with one sync. Fills
 * each exchange->record. A successful read, write or delete is a line for each result, or for
 * each target when there are no results; a successful search releases no secret and is one
 * line, with the `count` of what it found. Anything else touches no secret and is one line, with
 * the first target, and the `count` of all when there were more: what a refused request writes
 * doesn't grow with it. KC_IO: nothing of the batch is in the log, as far as the system lets us;
 * the next call tries anew. Any thread; calls exclude each other.
 */
KC_MUST_USE enum kc_error audit_append(struct audit *audit, struct exchange *const *batch,
                                       size_t count);

/* Something that isn't an exchange: "start", "stop", "policy", "approve" … Strings may be NULL;
 * uid is the calling process's own. */
struct audit_note {
    const char *event;
    const char *action; /* "register", "upgrade" … */
    const char *result; /* NULL: "success" */
    const char *reason;
    const char *binary_path; /* the subject */
    const char *binary_hash;
    const char *message;
    uint64_t pid; /* who asked for it, when that isn't this process; else 0 */
};
KC_MUST_USE enum kc_error audit_note(struct audit *audit, const struct audit_note *note);

/*
 * From now on a file that is as long, or whose first record is as old, as the limits say is
 * closed before the next record is written: it gets a number (audit_files.h), and the record goes
 * on in a new file, whose first line has event "log_rotated". A crash at any moment loses nothing.
 * Where it can't be done the record goes on in the file as it is. Not while anybody appends.
 */
#define AUDIT_ROTATE_BYTES_MIN ((uint64_t)64 * 1024)
#define AUDIT_ROTATE_BYTES_MAX ((uint64_t)256 * 1024 * 1024)
#define AUDIT_ROTATE_BYTES     ((uint64_t)64 * 1024 * 1024)
#define AUDIT_ROTATE_DAYS_MAX  36500
#define AUDIT_ROTATE_DAYS      90
struct audit_limits {
    uint64_t bytes; /* 0: however long */
    uint64_t days;  /* 0: however old */
    bool packs;     /* for archive.h */
};
#define AUDIT_LIMITS_DEFAULT \
    { .bytes = AUDIT_ROTATE_BYTES, .days = AUDIT_ROTATE_DAYS, .packs = true }
void audit_limit(struct audit *audit, const struct audit_limits *limits);

/* How many files this object has closed. Any thread. */
uint64_t audit_rotations(const struct audit *audit);

/* Where the log ends now. KC_IO. */
KC_MUST_USE enum kc_error audit_look(struct audit *audit, struct audit_head *ret_head);

/*
 * Proves the chain of a record, through all of its files: every line is a record, or a torn line
 * that the next record accounts for; `seq` counts up by one from 1, `prev` is the hash of the
 * record before (64 zeros for the first). `why` names the first file and line that is wrong and
 * how. A file that was removed, cut, exchanged or moved is one of the things that are wrong; only
 * what was cut off at the very end can't be seen from the files alone. KC_NOT_FOUND no log ·
 * KC_DAMAGED · KC_UNSAFE · KC_BUSY. `ret_proof` is written also on KC_DAMAGED.
 */
struct audit_proof {
    uint64_t lines;          /* that hold, from the beginning */
    struct audit_place last; /* the last record of those */
    size_t files;
};
KC_MUST_USE enum kc_error audit_prove(const char *path, struct audit_proof *ret_proof,
                                      char why[KC_MESSAGE_MAX]);

/* The same, for who wants only the number of the lines that hold. */
KC_MUST_USE enum kc_error audit_verify(const char *path, uint64_t *ret_lines,
                                       char why[KC_MESSAGE_MAX]);

KC_AUTO_DEFINE(audit)

#endif
