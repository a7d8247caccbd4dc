/* SPDX-License-Identifier: MIT */
/*
 * Helpers speak for their caller: whether everything between a helper and the end of its chain may
 * do what is asked. A part of the room authorise; pure. docs/policy.md is the user's side.
 *
 * The rule. A process passes when its entry holds the right that is asked, or says "launcher". A
 * helper is passed over. At least one process must hold the right itself: a launcher hands a right
 * on, it has none. An interpreter's entry counts for interactive use (unless "interactive": false),
 * for inline code only with "inline": true, and never for a script: a script has an entry of its
 * own, by path and hash, that names the interpreter; that interpreter must be a trusted file, or
 * registered as it is. When the chain doesn't end below another user's process, the topmost process
 * must be a "session_root". With "caller_rule": "nearest" only the nearest process that isn't a
 * helper counts, it must hold the right itself, and where the chain ends doesn't matter.
 */
#ifndef CALLER_H
#define CALLER_H

#include <stdbool.h>
#include <stddef.h>

#include "libkc/protocol.h"

struct chain;
struct chain_link;
struct exchange;
struct policy;
struct policy_entry;

enum link_verdict {
    LINK_HOLDS,        /* it has the right itself */
    LINK_HANDS_ON,     /* a launcher */
    LINK_SPEAKS,       /* a helper: passed over */
    LINK_NOT_ASKED,    /* caller_rule "nearest": above the one that counts */
    LINK_UNREGISTERED, /* no entry has its path and hash (for a script: the script's) */
    LINK_LACKS_RIGHT,  /* an entry, but without the right, and not a launcher */
    LINK_LACKS_INLINE, /* code without a name, and the entry doesn't say "inline" */
    LINK_LACKS_HANDS,  /* interactive use, and the entry says "interactive": false */
    LINK_ODD_SCRIPT,   /* another interpreter than the script's entry names, or one that is neither
                           trusted nor registered */
    LINK_LACKS_ROOT,   /* it passes, but it is the topmost, and no session root */
    LINK_CANT_BE_TOLD  /* LINK_UNKNOWN */
};

/* The entry that speaks for this process; NULL: none. Borrowed from the policy. */
const struct policy_entry *caller_entry(const struct policy *policy, const struct chain_link *link);

/* What the policy says of the process at `index` of the exchange's chain. */
enum link_verdict caller_verdict(const struct policy *policy, const struct exchange *exchange,
                                 size_t index);
bool link_verdict_passes(enum link_verdict verdict);
/* "has no entry …": a sentence without a subject; static. */
const char *link_verdict_text(enum link_verdict verdict);

/* The nearest process that isn't a helper: the one that a person would say asked. chain->count:
 * there is none. */
size_t caller_index(const struct policy *policy, const struct chain *chain);

/*
 * KC_REASON_NONE: the chain may. KC_REASON_CALLER_NOT_ALLOWED: `message` names the first process,
 * from the helper upwards, that spoiled it, and the command that would allow it, where there is
 * one; `ret_is_pending`: the chain can be approved. The exchange's identity has a chain, or
 * couldn't get one (then it is denied).
 */
enum kc_reason caller_judge(const struct policy *policy, const struct exchange *exchange,
                            char message[KC_MESSAGE_MAX], bool *ret_is_pending);

#endif
