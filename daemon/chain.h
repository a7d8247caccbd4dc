/* SPDX-License-Identifier: MIT */
/*
 * The processes above one that asks, nearest first, each pinned, up to where the chain ends. Here
 * is what they are; whether they may is caller's business (caller.h). Ancestors of the same user
 * are a label: a parent may fork and then execute an approved program (facts, "Ancestors").
 */
#ifndef CHAIN_H
#define CHAIN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/exchange.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct ancestor;
struct ancestors;
struct digest;
struct process;

#define CHAIN_LINKS_MAX   32   /* ancestors; one more is a doubt */
#define CHAIN_KEPT_MAX    128  /* pinned ancestors that are kept between connections */
#define CHAIN_PINS_MAX    1024 /* pinned ancestors in all, those of living chains included */
#define CHAIN_PIN_FILES   3    /* descriptors that each of them holds */
/* Bytes of all the scripts of one chain: they are read each time, and everybody else's that are
 * too big to be read at once wait for it. */
#define CHAIN_SCRIPTS_MAX (UINT64_C(8) * 1024 * 1024)
#define CHAIN_TIME_MAX_MS \
    10000 /* for all the files of one chain; what isn't read then is unknown */

enum link_kind {
    LINK_BINARY,      /* its program file says all there is to say */
    LINK_INTERACTIVE, /* an interpreter without a script whose input is its controlling terminal */
    LINK_SCRIPT,      /* an interpreter and a script file */
    LINK_INLINE,      /* an interpreter with code that has no name: -c, -e, -m, a pipe */
    LINK_UNKNOWN      /* its program file, or its script, can't be had: never allowed */
};

struct chain_link {
    enum link_kind kind;
    uint64_t pid;              /* for display and the record only */
    char *path;                /* of the image; "" when it could not be had */
    char hash[HASH_TEXT_SIZE]; /* of the image; "" when it could not be had */
    bool is_vouched;           /* the image is a trusted file (platform/code.h) */
    char *script; /* LINK_SCRIPT: its real path, as the process declares it; else NULL */
    char script_hash[HASH_TEXT_SIZE]; /* of that file as it is now */
    const char *why;                  /* LINK_UNKNOWN: a sentence without a subject, static */
};

enum chain_end {
    CHAIN_END_FIRST,   /* below the first process, or one outside of our view */
    CHAIN_END_MANAGER, /* below the user's session manager */
    CHAIN_END_OTHER,   /* below another user's process (sshd, login, su, cron) */
    CHAIN_END_DOUBT    /* what is above can't be told; the chain is never allowed as a whole */
};

struct chain {
    size_t count; /* 0 …CHAIN_LINKS_MAX; the process that asks isn't among them */
    struct chain_link *links;
    enum chain_end end;
    const char *why;         /* CHAIN_END_DOUBT: a sentence without a subject, static */
    char id[HASH_TEXT_SIZE]; /* stands for who they all are, the asking program included */
    struct ancestor **pins;  /* `count` of them; the room's own */
    struct ancestors *kept;  /* where they came from; the room's own */
};

/* What an entry for it would name: the script, or the program. Borrowed. */
const char *chain_link_path(const struct chain_link *link);
const char *chain_link_hash(const struct chain_link *link);

/* "binary", "interactive", "script", "inline", "unknown". */
const char *link_kind_word(enum link_kind kind);
/* "first", "manager", "other_user", "doubt". */
const char *chain_end_word(enum chain_end end);

/* Pinned ancestors, kept for the next who has the same: at most CHAIN_KEPT_MAX, the one used
 * longest ago gives way. Any thread. */
KC_MUST_USE enum kc_error ancestors_new(struct digest *digest, struct ancestors **ret_ancestors);
void ancestors_free(struct ancestors *ancestors); /* no chain of it may be left; accepts NULL */

/* How a walk goes about it. */
struct chain_walk {
    struct ancestors *ancestors;
    bool may_read;             /* files that aren't remembered may be read: slow */
    const atomic_bool *cancel; /* see digest_compute() */
};

/*
 * Walks up from `child`, whose program is `path` with `hash` (they go into the id). An ancestor
 * that ends meanwhile begins the walk anew, at most twice; then it is a doubt.
 * KC_AGAIN: a file must be read, and that isn't allowed here · KC_END, KC_CHANGED: the child
 * itself has ended, or executed something else; or `cancel` became true · KC_BUSY: CHAIN_PINS_MAX ·
 * KC_NO_MEMORY. Free with chain_free().
 * A kept process costs ~5 µs: it is asked whether it is the same, and the same file's. What an
 * interpreter runs, and what the script's file holds, is looked at each time: a script that others
 * than the administrator can write to is always read. Without may_read that is done where it waits
 * for nobody (digest_compute_now()): up to 64 KiB, in memory already, on a file system of this
 * machine's own; KC_AGAIN for all others. A script that is over CHAIN_SCRIPTS_MAX together with
 * those below it is unknown, and so is one that somebody has a lease on.
 */
KC_MUST_USE enum kc_error chain_walk(const struct chain_walk *walk, const struct process *child,
                                     const char *path, const char *hash, struct chain **ret_chain);

/* Every one of them is alive and runs what it ran; so the links between them hold, too: a process
 * gets another parent only when its parent ends. ~3 µs each. KC_CHANGED. The loop's thread. */
KC_MUST_USE enum kc_error chain_check(const struct chain *chain);

void chain_free(struct chain *chain); /* accepts NULL */

/* Fills chain->id from everything else: SHA-256 over the kinds, paths and hashes in their order,
 * never over numbers of processes, so that the same chain has the same id tomorrow. */
KC_MUST_USE enum kc_error chain_name(struct chain *chain, const char *path, const char *hash);

KC_AUTO_DEFINE(chain)
KC_AUTO_DEFINE(ancestors)

#endif
