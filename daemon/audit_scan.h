/* SPDX-License-Identifier: MIT */
/*
 * A quick look at a line that has the form in which the record is written: one JSON object on one
 * line, without blanks, with names that we know. It finds where the fields stand without building
 * a tree; that is what makes a million lines a matter of a second. Strict: what it takes, jansson
 * takes, and means the same. What it doesn't take may be JSON all the same; whoever asks has to
 * let jansson look. Pure.
 */
#ifndef AUDIT_SCAN_H
#define AUDIT_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* In the order in which they are written (audit_line.c, docs/protocol.md). */
#define AUDIT_FIELDS(X)                 \
    X(AUDIT_SEQ, "seq")                 \
    X(AUDIT_TIME, "time")               \
    X(AUDIT_EVENT, "event")             \
    X(AUDIT_ACTION, "action")           \
    X(AUDIT_RESULT, "result")           \
    X(AUDIT_REASON, "reason")           \
    X(AUDIT_MESSAGE, "message")         \
    X(AUDIT_PID, "pid")                 \
    X(AUDIT_UID, "uid")                 \
    X(AUDIT_PATH, "binary_path")        \
    X(AUDIT_HASH, "binary_hash")        \
    X(AUDIT_CHAIN, "chain")             \
    X(AUDIT_CHAIN_END, "chain_end")     \
    X(AUDIT_SERVICE, "service")         \
    X(AUDIT_TARGET, "target")           \
    X(AUDIT_MATCH, "match")             \
    X(AUDIT_COUNT, "count")             \
    X(AUDIT_SESSION, "session")         \
    X(AUDIT_PLAIN, "plain")             \
    X(AUDIT_CODE, "code")               \
    X(AUDIT_VIA, "via")                 \
    X(AUDIT_TORN, "torn")               \
    X(AUDIT_PREV, "prev")               \
    /* of a process in the chain */     \
    X(AUDIT_LINK_PATH, "path")          \
    X(AUDIT_LINK_HASH, "hash")          \
    X(AUDIT_LINK_KIND, "kind")          \
    X(AUDIT_LINK_SCRIPT, "script")      \
    X(AUDIT_SCRIPT_HASH, "script_hash") \
    X(AUDIT_DECLARED, "declared")

enum audit_field {
#define X(name, word) name,
    AUDIT_FIELDS(X)
#undef X
        AUDIT_FIELD_COUNT
};

enum audit_kind { AUDIT_ABSENT, AUDIT_TEXT, AUDIT_NUMBER, AUDIT_OTHER };

/* Of a text what stands between the quotes, as it stands there; of anything else all of it. */
struct audit_slice {
    enum audit_kind kind;
    bool is_escaped; /* a text in which there is a backslash */
    const char *text;
    size_t length;
};

/* The members of the object itself; those of objects in it are looked at and not kept. False: let
 * jansson look. */
bool audit_scan(const char *text, size_t length, struct audit_slice ret_fields[AUDIT_FIELD_COUNT]);

const char *audit_field_word(enum audit_field field);

#endif
