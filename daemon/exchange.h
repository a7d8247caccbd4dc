/* SPDX-License-Identifier: MIT */
/*
 * The tray that walks the road: one request and its answer. No functions. Each room fills its
 * own part and treats the earlier ones as read-only. While an exchange is with the store's
 * worker (store.h) only the worker touches it.
 */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/worker.h"
#include "libkc/message.h"
#include "libkc/protocol.h"
#include "platform/process.h"

struct chain;
struct peer;
struct session;
struct store;
struct vault_work;

#define HASH_TEXT_SIZE 65 /* SHA-256 in lower-case hex, and a NUL */

/* A file that is mapped to execute and that root doesn't vouch for. */
struct identity_file {
    char *path;
    char hash[HASH_TEXT_SIZE];
    struct image_stamp stamp;
    bool is_shim; /* known by its hash: the shim that is installed with this daemon */
};

/* Who asks: filled by identify, const afterwards, borrowed from the session. */
struct identity {
    struct peer *peer;
    uint64_t pid;     /* for display and the record only */
    const char *user; /* "1000"; borrowed from the peer */
    const char *group;
    char *path;                /* "" when it could not be seen */
    char hash[HASH_TEXT_SIZE]; /* "" when it could not be computed */
    bool is_administrator;     /* runs the daemon's own image */
    bool makes_code;           /* has executable memory that no file backs */
    bool via_shim;             /* the shim's server is in it */
    size_t file_count;         /* at most CODE_FILES_MAX (platform/code.h) */
    struct identity_file *files;
    enum kc_reason trouble;    /* KC_REASON_NONE, or why it can't be trusted … */
    char why[KC_MESSAGE_MAX];  /* … and the fact that failed */
    const struct chain *chain; /* the processes above it (chain.h); NULL: nobody has looked */
    char *arguments;           /* as the process tells them, blanks between, escaped; "" unknown */
};

enum verdict { VERDICT_DENIED, VERDICT_ALLOWED, VERDICT_ERROR };

/* What the policy says: filled by authorise. */
struct decision {
    enum verdict verdict;
    enum kc_reason reason;        /* KC_REASON_NONE when allowed */
    char message[KC_MESSAGE_MAX]; /* "" when allowed */
    bool is_jit;                  /* it makes code, and the entry allows that */
    bool plain;                   /* the entry is marked plain: no nonce was asked for */
    bool is_helper;               /* it speaks for its chain */
    bool is_pending;              /* an unregistered binary, or chain: to be listed for approval */
};

/* What came of it: filled by dispatch and the handlers; starts as a copy of the decision. */
struct outcome {
    enum kc_status status;
    enum kc_reason reason;
    char message[KC_MESSAGE_MAX];
};

/* Where it was written down: filled by audit. */
struct record {
    uint64_t first_seq; /* 0: not written */
    size_t lines;
};

struct exchange {
    struct job job;          /* its place in the worker's queue */
    struct session *session; /* not touched off the loop's thread */
    uint64_t session_number; /* shown as `session` in the record */
    uint64_t started_ms;     /* clock_monotonic_ms() when the request was whole */
    const struct identity *identity;

    struct request *request; /* owned */
    struct decision decision;

    size_t result_count; /* owned; see libkc/message.h */
    struct result *results;
    struct outcome outcome;

    struct record record;
    struct store *store; /* where it was submitted; the store's own note */

    struct vault_work *work; /* owned; NULL unless the vault has to do with it (vault.h) */
};

#endif
