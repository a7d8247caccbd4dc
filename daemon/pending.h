/* SPDX-License-Identifier: MIT */
/*
 * The list of those who were turned away and wait for approval: pending.json, read, changed
 * and replaced under a lock each time, so daemon and commands never overwrite each other.
 * Bounded: PENDING_MAX entries, one per identity (path and hash, or chain), the oldest gives way;
 * older than PENDING_AGE_US are dropped. Any thread; different calls exclude each other.
 */
#ifndef PENDING_H
#define PENDING_H

#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

#define PENDING_MAX           256
#define PENDING_AGE_US        (INT64_C(24) * 3600 * 1000000)
#define PENDING_ARGUMENTS_MAX 512 /* bytes kept of the command line */
#define PENDING_ASKED_MAX     8   /* different things asked that are kept for each identity */

struct pending_asked {
    char *action;
    char *service;
    char *target; /* the first one; "" when there was none */
};

/* One process of a chain that was turned away, as chain.h has it. */
struct pending_link {
    char *kind; /* link_kind_word() */
    char *path;
    char *hash; /* "": could not be had */
    char *script;
    char *script_hash; /* "" unless the kind is "script" */
    uint64_t pid;      /* of the last time */
};

struct pending_entry {
    char *id;        /* what approve takes: the hash of a binary, or the chain's id */
    char *path;      /* of the program that asked … */
    char *hash;      /* … and its hash */
    char *arguments; /* escaped, cut */
    uint64_t pid;    /* of the last time */
    uint64_t count;
    int64_t first_us; /* wall clock */
    int64_t last_us;
    size_t asked_count;
    struct pending_asked asked[PENDING_ASKED_MAX];
    char *end;         /* chain_end_word(); "" for a binary by itself */
    size_t link_count; /* at most CHAIN_LINKS_MAX, nearest first */
    struct pending_link *links;
};

struct chain;
struct pending; /* what the file said at one moment, newest first */

/* One denial; everything is lent. */
struct pending_note {
    const char *path;
    const char *hash;
    const struct chain *chain; /* it is the chain that was turned away; NULL: the binary */
    const char *arguments;
    uint64_t pid;
    const char *action;
    const char *service;
    const char *target;
    uint64_t times; /* how often since the last note; at least 1 */
};

/* Enters `count` denials. An unreadable or damaged file is put aside as `path`.damaged and
 * begun anew: the list is a convenience, not a record. KC_BUSY: somebody has held its lock for
 * `wait_ms`. */
KC_MUST_USE enum kc_error pending_add(const char *path, const struct pending_note *notes,
                                      size_t count, int64_t now_us, unsigned wait_ms);

/* Why a denial of this program, or (`chain` isn't NULL) of its chain, can't be listed, so that it
 * can't be approved either, and what can be done instead; a sentence, static. NULL: it can be.
 * Pure. */
const char *pending_obstacle(const char *path, const struct chain *chain);

/* A file that isn't there is an empty list. KC_DAMAGED · KC_UNSAFE. */
KC_MUST_USE enum kc_error pending_load(const char *path, int64_t now_us,
                                       struct pending **ret_pending);
size_t pending_count(const struct pending *pending);
const struct pending_entry *pending_at(const struct pending *pending, size_t index);
void pending_free(struct pending *pending);

/* The one entry whose id begins with `prefix` (8 digits or more). KC_NOT_FOUND; KC_INVALID:
 * too short, not hex, or it fits more than one entry: also a copy of the same bytes elsewhere,
 * which could otherwise take the approval that is meant for its original. Borrowed. */
KC_MUST_USE enum kc_error pending_find(const struct pending *pending, const char *prefix,
                                       const struct pending_entry **ret_entry);

/* The newest entry of a binary by itself with this path; NULL: there is none. A chain isn't found
 * by its helper's path, which everybody who runs the helper shares. Borrowed. */
const struct pending_entry *pending_find_path(const struct pending *pending, const char *path);

/* Takes a binary, or the chain `id` of that binary, off the list; KC_NOT_FOUND. */
KC_MUST_USE enum kc_error pending_remove(const char *path, const char *binary_path, const char *id);

KC_AUTO_DEFINE(pending)

#endif
