/* SPDX-License-Identifier: MIT */
/*
 * What the rooms share while a daemon runs. Plain, because accept, session and daemon fill it
 * together; the loop's thread only.
 */
#ifndef DAEMON_H
#define DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/exchange.h"
#include "daemon/log.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct archive;
struct attributes;
struct audit;
struct config;
struct endpoint;
struct identifier;
struct listener;
struct rest;
struct secret;
struct session;
struct store;
struct vault;
struct uv_loop_s;

/* Bytes of unfinished and waiting lines, all connections together; who would pass it is
 * answered `busy`. */
#define DAEMON_BUFFERED_MAX (64 * 1024 * 1024)

struct daemon {
    struct uv_loop_s *loop;
    struct log log;
    struct config *config;
    struct audit *audit;
    struct archive *archive; /* NULL: old files of the record stay as they are */
    struct store *store;
    struct vault *vault;
    struct identifier *identifier;
    struct endpoint *endpoint;
    struct listener *listener; /* accept's */
    struct rest *rest;
    struct secret *scratch; /* where bytes are received; wiped after each use */
    char own_hash[HASH_TEXT_SIZE];
    const char *store_reason; /* why this store was chosen */
    uint64_t started_ms;

    struct session *sessions; /* a list by session's own links */
    size_t session_count;
    uint64_t session_last; /* the number that was given out last */
    size_t buffered;
    bool is_stopping;
    bool is_displaced; /* the address on disk leads to somebody else */
};

/* How to run. Strings are lent until daemon_run() returns. */
struct daemon_plan {
    const char *address; /* NULL: inherited, else the user's own (platform/paths.h) */
    const char *store;   /* a kind of store.h; NULL: what config.json says, else "auto" */
    bool is_foreground;
};

/*
 * Runs until it is told to stop; announces readiness when it serves. The process must be
 * hardened already. KC_EXISTS: a live daemon holds the address. Whatever keeps it from
 * starting is said on standard error and to the process that waits (notify_ready()).
 */
KC_MUST_USE enum kc_error daemon_run(const struct daemon_plan *plan);

/* Ends the daemon after what is under way; may be called more than once. */
void daemon_stop(struct daemon *daemon);

/* An exchange is back from the store: its consequences, then its answer. */
void daemon_finish(struct daemon *daemon, struct exchange *exchange);

/* What `status` says, apart from what the store's worker adds. */
KC_MUST_USE enum kc_error daemon_describe(const struct daemon *daemon,
                                          struct attributes *attributes);

/* For session.c: the last connection has gone while we are stopping. */
void daemon_sessions_gone(struct daemon *daemon);

#endif
