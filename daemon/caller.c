/* SPDX-License-Identifier: MIT */
/*
 * The judgement of a chain: each process by itself, then all of them together. Whatever isn't said
 * here to pass doesn't. The sentences are advice_caller's.
 */
#include "daemon/caller.h"

#include "daemon/advice.h"
#include "daemon/caller_internal.h"
#include "daemon/chain.h"
#include "daemon/exchange.h"
#include "daemon/pending.h"
#include "daemon/policy.h"
#include "daemon/right.h"
#include "platform/check.h"

#include <string.h>

static bool is_nearest_rule(const struct policy *policy) {
    return policy_caller_rule(policy) == CALLER_NEAREST;
}

const struct policy_entry *caller_entry(const struct policy *policy,
                                        const struct chain_link *link) {
    const struct policy_entry *entry = NULL;
    if (link->kind == LINK_UNKNOWN) {
        return NULL;
    }
    if (link->kind == LINK_SCRIPT) {
        entry = policy_find(policy, link->script, link->script_hash);
    } else {
        entry = policy_find(policy, link->path, link->hash);
    }
    /* A script's entry is no program's, and a program's no script's. */
    bool is_scripts = entry != NULL && policy_entry_interpreter(entry) != NULL;
    return is_scripts == (link->kind == LINK_SCRIPT) ? entry : NULL;
}

/* The interpreter is the one that was named, and it is what it seems to be. */
static bool fits_interpreter(const struct policy *policy, const struct policy_entry *entry,
                             const struct chain_link *link) {
    if (!check_is_on("caller_interpreter")) {
        return true;
    }
    const struct policy_entry *own = policy_find(policy, link->path, link->hash);
    bool is_registered = own != NULL && policy_entry_interpreter(own) == NULL;
    return strcmp(policy_entry_interpreter(entry), link->path) == 0 &&
           (link->is_vouched || is_registered);
}

/* What there is to say before anybody asks for a right. LINK_LACKS_RIGHT: nothing, so far. */
static enum link_verdict judge_kind(const struct policy *policy, const struct chain_link *link) {
    const struct policy_entry *entry = caller_entry(policy, link);
    if (link->kind == LINK_UNKNOWN) {
        return LINK_CANT_BE_TOLD;
    }
    if (entry == NULL) {
        return LINK_UNREGISTERED;
    }
    if (link->kind == LINK_SCRIPT && !fits_interpreter(policy, entry, link)) {
        return LINK_ODD_SCRIPT;
    }
    if (link->kind == LINK_INLINE && !policy_entry_may_run_inline(entry) &&
        check_is_on("caller_inline")) {
        return LINK_LACKS_INLINE;
    }
    if (link->kind == LINK_INTERACTIVE && !policy_entry_may_be_interactive(entry)) {
        return LINK_LACKS_HANDS;
    }
    return policy_entry_is_helper(entry) ? LINK_SPEAKS : LINK_LACKS_RIGHT;
}

static bool holds_right(const struct policy_entry *entry, const struct request *request) {
    struct right_lack lack;
    return right_check(entry, request, &lack) == KC_REASON_NONE;
}

/* Whether the chain's last process must be one that a chain may end at. */
static bool needs_root(const struct chain *chain) {
    /* A doubt is denied whatever stands last. */
    return chain->end != CHAIN_END_OTHER && chain->end != CHAIN_END_DOUBT &&
           check_is_on("caller_root");
}

size_t caller_index(const struct policy *policy, const struct chain *chain) {
    size_t index = 0;
    while (index < chain->count && judge_kind(policy, &chain->links[index]) == LINK_SPEAKS) {
        index++;
    }
    return index;
}

enum link_verdict caller_verdict(const struct policy *policy, const struct exchange *exchange,
                                 size_t index) {
    const struct chain *chain = exchange->identity->chain;
    const struct chain_link *link = &chain->links[index];
    bool is_nearest = is_nearest_rule(policy);
    if (is_nearest && index > caller_index(policy, chain)) {
        return LINK_NOT_ASKED;
    }
    enum link_verdict verdict = judge_kind(policy, link);
    if (verdict == LINK_LACKS_RIGHT) {
        const struct policy_entry *entry = caller_entry(policy, link);
        if (holds_right(entry, exchange->request)) {
            verdict = LINK_HOLDS;
        } else if (policy_entry_is_launcher(entry) && !is_nearest) {
            verdict = LINK_HANDS_ON;
        }
    }
    if (!is_nearest && index + 1 == chain->count && needs_root(chain) &&
        link_verdict_passes(verdict) && !policy_entry_is_session_root(caller_entry(policy, link))) {
        verdict = LINK_LACKS_ROOT;
    }
    return verdict;
}

bool link_verdict_passes(enum link_verdict verdict) {
    switch (verdict) {
    case LINK_HOLDS:
    case LINK_HANDS_ON:
    case LINK_SPEAKS:
    case LINK_NOT_ASKED:
        return true;
    case LINK_UNREGISTERED:
    case LINK_LACKS_RIGHT:
    case LINK_LACKS_INLINE:
    case LINK_LACKS_HANDS:
    case LINK_ODD_SCRIPT:
    case LINK_LACKS_ROOT:
    case LINK_CANT_BE_TOLD:
        break;
    }
    return false;
}

/* Nobody can register what can't be told, and nobody is talked out of "interactive": false. */
static bool is_obstacle(enum link_verdict verdict) {
    return verdict == LINK_CANT_BE_TOLD || verdict == LINK_LACKS_HANDS;
}

/* Looks at all processes that count. Returns whether one of them holds the right itself. */
static bool review_links(const struct policy *policy, const struct exchange *exchange,
                         struct review *review) {
    const struct chain *chain = exchange->identity->chain;
    bool is_held = false;
    for (size_t i = chain->count; i-- > 0;) {
        enum link_verdict verdict = caller_verdict(policy, exchange, i);
        is_held = is_held || verdict == LINK_HOLDS;
        if (verdict == LINK_NOT_ASKED) {
            continue;
        }
        if (!link_verdict_passes(verdict) && check_is_on("caller_link")) {
            review->spoiler = i;
            review->verdict = verdict;
        }
        if (is_obstacle(verdict)) {
            review->obstacle = i;
            review->obstacle_verdict = verdict;
        }
        if (chain->links[i].kind == LINK_INLINE &&
            (verdict == LINK_LACKS_INLINE || verdict == LINK_UNREGISTERED)) {
            review->needs_inline = true;
        }
    }
    return is_held;
}

static enum review_flaw find_flaw(const struct review *review, const struct chain *chain,
                                  bool is_held) {
    if (review->spoiler < chain->count) {
        return REVIEW_LINK;
    }
    if (review->is_nearest && review->caller < chain->count) {
        return REVIEW_SOUND;
    }
    if (chain->end == CHAIN_END_DOUBT) {
        return REVIEW_DOUBT;
    }
    if (chain->count == 0 && needs_root(chain)) {
        return REVIEW_ALONE;
    }
    if (!is_held && check_is_on("caller_holder")) {
        return review->caller < chain->count ? REVIEW_POWERLESS : REVIEW_ALONE;
    }
    return REVIEW_SOUND;
}

/* One that asks for its chain, and isn't a helper, holds its right already: authorise has seen to
 * that. */
static bool holds_its_own(const struct policy *policy, const struct identity *identity) {
    const struct policy_entry *entry = policy_find(policy, identity->path, identity->hash);
    return entry != NULL && !policy_entry_is_helper(entry);
}

enum kc_reason caller_judge(const struct policy *policy, const struct exchange *exchange,
                            char message[KC_MESSAGE_MAX], bool *ret_is_pending) {
    const struct chain *chain = exchange->identity->chain;
    struct review review = {.flaw = REVIEW_NOT_LOOKED};
    if (chain != NULL) {
        review.is_nearest = is_nearest_rule(policy);
        review.caller = caller_index(policy, chain);
        review.spoiler = chain->count;
        review.obstacle = chain->count;
        bool is_held =
            review_links(policy, exchange, &review) || holds_its_own(policy, exchange->identity);
        review.flaw = find_flaw(&review, chain, is_held);
        review.unlisted = pending_obstacle(exchange->identity->path, chain);
        review.is_approvable = review.caller < chain->count && review.obstacle == chain->count &&
                               review.unlisted == NULL &&
                               (review.is_nearest || chain->end != CHAIN_END_DOUBT);
    }
    *ret_is_pending = review.flaw != REVIEW_SOUND && review.is_approvable;
    if (review.flaw == REVIEW_SOUND) {
        return KC_REASON_NONE;
    }
    advise_caller(policy, exchange, &review, message);
    return KC_REASON_CALLER_NOT_ALLOWED;
}
