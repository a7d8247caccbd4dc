/* SPDX-License-Identifier: MIT */
/*
 * What has to be registered so that a chain may: worked out before anything is touched, so that
 * what can't be approved is refused as a whole. Pure.
 */
#ifndef PLAN_H
#define PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/chain.h"
#include "daemon/config.h"

struct exchange;
struct policy;

/* One entry: everything is borrowed from the chain. */
struct step {
    const char *path;
    const char *hash;
    const char *interpreter; /* it is a script's, and this runs it; NULL: a program's */
    enum config_flag flags[CONFIG_FLAG_COUNT];
    bool is_caller; /* it gets the rights */
};

/* Each process may need an entry, and a script one for its interpreter besides. */
#define PLAN_STEPS_MAX (2 * CHAIN_LINKS_MAX)

struct plan {
    size_t count;
    struct step steps[PLAN_STEPS_MAX]; /* the caller's comes last */
    size_t caller;                     /* its place in the chain */
    size_t flaw;                       /* which process it is that can't be approved */
};

enum plan_verdict {
    PLAN_READY,
    PLAN_NOBODY,     /* there is no caller: nobody is above, or only helpers */
    PLAN_UNKNOWN,    /* a process can't be told */
    PLAN_DOUBT,      /* what is above can't be told */
    PLAN_INLINE,     /* code without a name, and that wasn't asked for */
    PLAN_HANDS,      /* "interactive": false was said on purpose */
    PLAN_REPLACED,   /* the policy knows the path with another hash */
    PLAN_OTHER_KIND, /* the policy knows it as a script, and it is a program, or the other way */
    PLAN_INTERPRETER /* … as a script of another interpreter */
};

/* What approve was asked for. */
struct plan_wish {
    bool with_chain;  /* the others, too, not only the caller */
    bool with_inline; /* code without a name, too */
    bool with_rights; /* the caller will hold rights of its own */
};

/* For the exchange's chain and the right that its request needs. */
enum plan_verdict plan_approval(const struct policy *policy, const struct exchange *exchange,
                                const struct plan_wish *wish, struct plan *ret_plan);

/* For a session: programs and interactive interpreters hand rights on, and the chain may end at
 * the last of them. Scripts and code without a name are left out. */
enum plan_verdict plan_session(const struct policy *policy, const struct chain *chain,
                               struct plan *ret_plan);

/* "can't be looked at": what is wrong with the process at `flaw`; a sentence without a subject. */
const char *plan_verdict_text(enum plan_verdict verdict);

/* The step for the link; NULL: it needs none. */
const struct step *plan_step(const struct plan *plan, const struct chain_link *link);

/* "becomes a launcher": of a step that isn't the caller's; static. */
const char *plan_step_text(const struct step *step);

#endif
