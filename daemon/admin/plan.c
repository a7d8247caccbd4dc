/* SPDX-License-Identifier: MIT */
/*
 * Asks the policy about each process and writes down what it lacks. The same program may stand in
 * a chain more than once: it has one entry, and so one step.
 */
#include "daemon/admin/plan.h"

#include "daemon/caller.h"
#include "daemon/exchange.h"
#include "daemon/policy.h"
#include "daemon/right.h"

#include <string.h>

static struct step *find_step(struct plan *plan, const char *path, const char *hash) {
    for (size_t i = 0; i < plan->count; i++) {
        struct step *step = &plan->steps[i];
        if (strcmp(step->path, path) == 0 && strcmp(step->hash, hash) == 0) {
            return step;
        }
    }
    return NULL;
}

static struct step *get_step(struct plan *plan, const char *path, const char *hash) {
    struct step *step = find_step(plan, path, hash);
    if (step == NULL) {
        step = &plan->steps[plan->count++];
        *step = (struct step){.path = path, .hash = hash};
    }
    return step;
}

static struct step *get_link_step(struct plan *plan, const struct chain_link *link) {
    struct step *step = get_step(plan, chain_link_path(link), chain_link_hash(link));
    step->interpreter = link->kind == LINK_SCRIPT ? link->path : NULL;
    return step;
}

const struct step *plan_step(const struct plan *plan, const struct chain_link *link) {
    for (size_t i = 0; i < plan->count; i++) {
        const struct step *step = &plan->steps[i];
        if (strcmp(step->path, chain_link_path(link)) == 0 &&
            strcmp(step->hash, chain_link_hash(link)) == 0) {
            return step;
        }
    }
    return NULL;
}

/* It has an entry: of what runs now, or of something else. */
static enum plan_verdict judge_entry(const struct policy *policy, const struct chain_link *link) {
    const struct policy_entry *entry =
        policy_find(policy, chain_link_path(link), chain_link_hash(link));
    const char *interpreter = entry == NULL ? NULL : policy_entry_interpreter(entry);
    if (entry == NULL) {
        return PLAN_READY;
    }
    if ((interpreter != NULL) != (link->kind == LINK_SCRIPT)) {
        return PLAN_OTHER_KIND;
    }
    bool is_same = interpreter == NULL || strcmp(interpreter, link->path) == 0;
    return is_same ? PLAN_READY : PLAN_INTERPRETER;
}

/* What speaks against any approval of this process. */
static enum plan_verdict find_obstacle(const struct policy *policy, const struct chain_link *link,
                                       const struct plan_wish *wish) {
    const struct policy_entry *entry = caller_entry(policy, link);
    if (link->kind == LINK_UNKNOWN) {
        return PLAN_UNKNOWN;
    }
    if (link->kind == LINK_INLINE && !wish->with_inline &&
        (entry == NULL || !policy_entry_may_run_inline(entry))) {
        return PLAN_INLINE;
    }
    if (link->kind == LINK_INTERACTIVE && entry != NULL &&
        !policy_entry_may_be_interactive(entry)) {
        return PLAN_HANDS;
    }
    if (policy_has_another(policy, chain_link_path(link), chain_link_hash(link)) ||
        (link->kind == LINK_SCRIPT && policy_has_another(policy, link->path, link->hash))) {
        return PLAN_REPLACED;
    }
    return judge_entry(policy, link);
}

/* A script's interpreter must be a trusted file, or known as it is. */
static void plan_interpreter(const struct policy *policy, const struct chain_link *link,
                             struct plan *plan) {
    if (link->kind == LINK_SCRIPT && !link->is_vouched &&
        policy_find(policy, link->path, link->hash) == NULL) {
        (void)get_step(plan, link->path, link->hash);
    }
}

static void set_flag(const struct chain_link *link, enum config_flag_name flag, struct plan *plan) {
    get_link_step(plan, link)->flags[flag] = CONFIG_SET;
}

/* Whether it neither hands rights on nor has this one itself. */
static bool needs_to_hand_on(const struct policy *policy, const struct exchange *exchange,
                             const struct chain_link *link) {
    const struct policy_entry *entry = caller_entry(policy, link);
    struct right_lack lack;
    return entry == NULL || !(policy_entry_is_launcher(entry) || policy_entry_is_helper(entry) ||
                              right_check(entry, exchange->request, &lack) == KC_REASON_NONE);
}

static void plan_link(const struct policy *policy, const struct exchange *exchange, size_t index,
                      struct plan *plan) {
    const struct chain *chain = exchange->identity->chain;
    const struct chain_link *link = &chain->links[index];
    const struct policy_entry *entry = caller_entry(policy, link);
    plan_interpreter(policy, link, plan);
    if (link->kind == LINK_INLINE && (entry == NULL || !policy_entry_may_run_inline(entry))) {
        set_flag(link, CONFIG_INLINE, plan);
    }
    if (index != plan->caller && needs_to_hand_on(policy, exchange, link)) {
        set_flag(link, CONFIG_LAUNCHER, plan);
    }
    if (policy_caller_rule(policy) == CALLER_CHAIN && index + 1 == chain->count &&
        chain->end != CHAIN_END_OTHER && (entry == NULL || !policy_entry_is_session_root(entry))) {
        set_flag(link, CONFIG_SESSION_ROOT, plan);
    }
}

/* The rights come last: whatever fails before them has given nobody anything. */
static void plan_caller(const struct chain_link *link, bool with_rights, struct plan *plan) {
    struct step *step = get_link_step(plan, link);
    struct step caller = *step;
    caller.is_caller = true;
    if (with_rights) {
        caller.flags[CONFIG_LAUNCHER] = CONFIG_LEAVE; /* who has a right needn't hand it on */
    }
    *step = plan->steps[--plan->count];
    plan->steps[plan->count++] = caller;
}

/* With "caller_rule": "nearest" nobody above the caller is asked. */
static bool is_asked(const struct policy *policy, const struct plan *plan, size_t index,
                     const struct plan_wish *wish) {
    return index == plan->caller ||
           (wish->with_chain &&
            (policy_caller_rule(policy) == CALLER_CHAIN || index < plan->caller));
}

enum plan_verdict plan_approval(const struct policy *policy, const struct exchange *exchange,
                                const struct plan_wish *wish, struct plan *ret_plan) {
    const struct chain *chain = exchange->identity->chain;
    *ret_plan = (struct plan){.caller = caller_index(policy, chain)};
    if (ret_plan->caller == chain->count) {
        return PLAN_NOBODY;
    }
    for (size_t i = 0; i < chain->count; i++) {
        if (!is_asked(policy, ret_plan, i, wish)) {
            continue;
        }
        enum plan_verdict verdict = find_obstacle(policy, &chain->links[i], wish);
        if (verdict != PLAN_READY) {
            ret_plan->flaw = i;
            return verdict;
        }
        if (wish->with_chain) {
            plan_link(policy, exchange, i, ret_plan);
        } else {
            plan_interpreter(policy, &chain->links[i], ret_plan);
        }
    }
    if (wish->with_chain && policy_caller_rule(policy) == CALLER_CHAIN &&
        chain->end == CHAIN_END_DOUBT) {
        return PLAN_DOUBT;
    }
    const struct chain_link *caller = &chain->links[ret_plan->caller];
    plan_caller(caller, wish->with_rights, ret_plan);
    if (caller->kind == LINK_INLINE) {
        set_flag(caller, CONFIG_INLINE, ret_plan);
    }
    return PLAN_READY;
}

/* Scripts and code without a name get no entry by the way. */
static bool belongs_to_session(const struct chain_link *link) {
    return link->kind == LINK_BINARY || link->kind == LINK_INTERACTIVE;
}

enum plan_verdict plan_session(const struct policy *policy, const struct chain *chain,
                               struct plan *ret_plan) {
    static const struct plan_wish wish = {.with_inline = true};
    *ret_plan = (struct plan){.caller = chain->count};
    for (size_t i = 0; i < chain->count; i++) {
        const struct chain_link *link = &chain->links[i];
        enum plan_verdict verdict = find_obstacle(policy, link, &wish);
        if (verdict != PLAN_READY && (belongs_to_session(link) || verdict == PLAN_UNKNOWN)) {
            ret_plan->flaw = i;
            return verdict;
        }
        const struct policy_entry *entry = caller_entry(policy, link);
        bool is_last = i + 1 == chain->count && chain->end != CHAIN_END_OTHER;
        if (!belongs_to_session(link)) {
            continue;
        }
        if (entry == NULL || !(policy_entry_is_launcher(entry) || policy_entry_is_helper(entry))) {
            set_flag(link, CONFIG_LAUNCHER, ret_plan);
        }
        if (is_last && (entry == NULL || !policy_entry_is_session_root(entry))) {
            set_flag(link, CONFIG_SESSION_ROOT, ret_plan);
        }
    }
    return chain->end == CHAIN_END_DOUBT ? PLAN_DOUBT : PLAN_READY;
}

const char *plan_verdict_text(enum plan_verdict verdict) {
    switch (verdict) {
    case PLAN_READY:
        break;
    case PLAN_NOBODY:
        return "nobody is above it who could be approved";
    case PLAN_UNKNOWN:
        return "can't be looked at, so nobody can tell what it is";
    case PLAN_DOUBT:
        return "what is above it can't be told";
    case PLAN_INLINE:
        return "runs code that has no name (-c, -e, -m, a pipe): approving it approves any code "
               "that is put into it; if you mean that, say --inline";
    case PLAN_HANDS:
        return "has \"interactive\": false in its entry; allow PATH --interactive ends that";
    case PLAN_REPLACED:
        return "isn't what was registered under its path; if you know why it changed, upgrade it "
               "first";
    case PLAN_OTHER_KIND:
        return "is registered as something else: unregister that first";
    case PLAN_INTERPRETER:
        return "is registered with another interpreter; if this one may run it, too, say so with "
               "register PATH --interpreter PROGRAM";
    }
    return "can be approved";
}

const char *plan_step_text(const struct step *step) {
    bool is_launcher = step->flags[CONFIG_LAUNCHER] == CONFIG_SET;
    bool is_root = step->flags[CONFIG_SESSION_ROOT] == CONFIG_SET;
    if (step->flags[CONFIG_INLINE] == CONFIG_SET) {
        return is_root       ? "becomes a session root, whatever code is put into it"
               : is_launcher ? "becomes a launcher, whatever code is put into it"
                             : "may run code without a name";
    }
    if (is_launcher) {
        return is_root ? "becomes a launcher and session root" : "becomes a launcher";
    }
    return is_root ? "becomes a session root" : "becomes known";
}
