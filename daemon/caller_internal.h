/* SPDX-License-Identifier: MIT */
/* Between caller.c, which judges a chain, and advice_caller.c, which says what came of it. */
#ifndef CALLER_INTERNAL_H
#define CALLER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/caller.h"

enum review_flaw {
    REVIEW_SOUND,
    REVIEW_NOT_LOOKED, /* there is no chain: the policy asked for none when it connected */
    REVIEW_LINK,       /* `spoiler` doesn't pass */
    REVIEW_DOUBT,      /* what is above them can't be told */
    REVIEW_ALONE,      /* nobody is above it who could be asked */
    REVIEW_POWERLESS   /* all pass, and nobody has the right */
};

/* What is wrong with a chain, and whether approval could mend it. */
struct review {
    enum review_flaw flaw;
    size_t spoiler;            /* the nearest process that doesn't pass; chain->count: all do */
    enum link_verdict verdict; /* of the spoiler */
    size_t caller;             /* caller_index() */
    size_t obstacle;           /* the nearest that no approval helps; chain->count: none */
    enum link_verdict obstacle_verdict;
    const char *unlisted; /* why it can't be listed for approval; NULL: it can */
    bool is_approvable;
    bool is_nearest;   /* by "caller_rule", only the caller counts */
    bool needs_inline; /* code without a name would be approved along */
};

#endif
