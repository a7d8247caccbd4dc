/* SPDX-License-Identifier: MIT */
/*
 * trust-session: the processes between this terminal and the end of the chain become launchers, so
 * that what a person types may use the rights that a caller has. Nobody gets a right by it.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/change.h"
#include "daemon/admin/confirm.h"
#include "daemon/admin/places.h"
#include "daemon/admin/plan.h"
#include "daemon/admin/policy_file.h"
#include "daemon/admin/say.h"
#include "daemon/admin/steps.h"
#include "daemon/admin/tree.h"
#include "daemon/admin/walked.h"
#include "daemon/caller.h"
#include "daemon/policy.h"
#include "platform/self.h"

#include <stdio.h>
#include <string.h>

#define LINK_TEXT_SIZE 1024

/* What a process that needs no step is, without any right being asked for. */
static const char *describe_known(const struct policy *policy, const struct chain_link *link,
                                  bool *ret_passes) {
    const struct policy_entry *entry = caller_entry(policy, link);
    *ret_passes = entry != NULL;
    if (link->kind == LINK_UNKNOWN) {
        return link->why != NULL ? link->why : link_verdict_text(LINK_CANT_BE_TOLD);
    }
    if (link->kind == LINK_INLINE && entry != NULL && !policy_entry_may_run_inline(entry)) {
        *ret_passes = false;
        return link_verdict_text(LINK_LACKS_INLINE);
    }
    if (entry == NULL) {
        return link->kind == LINK_SCRIPT ? "needs an approval of its own: a script"
                                         : "needs an approval of its own: code without a name";
    }
    return policy_entry_is_session_root(entry) ? "is a session root" : "is registered";
}

static void show(const struct policy *policy, const struct chain *chain, const struct plan *plan) {
    struct remarks remarks;
    for (size_t i = 0; i < chain->count; i++) {
        const struct step *step = plan_step(plan, &chain->links[i]);
        if (step == NULL) {
            remarks.texts[i] = describe_known(policy, &chain->links[i], &remarks.passes[i]);
        } else {
            remarks.texts[i] = plan_step_text(step);
            remarks.passes[i] = true;
        }
    }
    (void)puts("keychain-auth trust-session");
    tree_print(chain, &remarks, true);
}

static enum exit_code refuse(const struct chain *chain, const struct plan *plan,
                             enum plan_verdict verdict) {
    char link[LINK_TEXT_SIZE];
    if (verdict == PLAN_DOUBT) {
        say("%s; nothing was registered",
            chain->why != NULL ? chain->why : "what is above it can't be told");
        return EXIT_NO;
    }
    tree_describe(&chain->links[plan->flaw], link, sizeof link);
    say("%s %s; nothing was registered", link, plan_verdict_text(verdict));
    return EXIT_NO;
}

static enum exit_code ask(const struct options *options) {
    return options_flag(options, "yes", false)
               ? EXIT_DONE
               : confirm("register these? [y/N] ", "--yes answers for you");
}

/* Who was shown must still be there: a process that ended may have left its place to another. */
static enum exit_code make(const struct options *options, const struct chain *chain,
                           const struct plan *plan) {
    KC_AUTO(places) places = NULL;
    enum exit_code code = places_new(&places);
    if (code == EXIT_DONE) {
        code = steps_check(plan);
    }
    if (code == EXIT_DONE) {
        code = ask(options);
    }
    if (code == EXIT_DONE && chain_check(chain) != KC_OK) {
        say("a process above this one changed meanwhile, so nothing was registered; try again");
        return EXIT_NO;
    }
    const struct change_name name = {.event = "policy", .options = options};
    return code == EXIT_DONE ? steps_make(places, plan, NULL, &name) : code;
}

/* What runs above in a name of its own isn't trusted along. */
static void say_left_out(const struct policy *policy, const struct chain *chain) {
    for (size_t i = 0; i < chain->count; i++) {
        const struct chain_link *link = &chain->links[i];
        char text[LINK_TEXT_SIZE];
        if ((link->kind == LINK_SCRIPT || link->kind == LINK_INLINE) &&
            caller_entry(policy, link) == NULL) {
            tree_describe(link, text, sizeof text);
            say("%s was left out: approve what is denied below it, or register it, if you trust it",
                text);
        }
    }
}

static enum exit_code trust(const struct options *options, const struct policy *policy,
                            const struct chain *chain) {
    struct plan plan;
    enum plan_verdict verdict = plan_session(policy, chain, &plan);
    if (chain->count == 0) {
        say("no process of yours is above this one: there is no session to trust");
        return EXIT_NO;
    }
    show(policy, chain, &plan);
    if (verdict != PLAN_READY) {
        return refuse(chain, &plan, verdict);
    }
    enum exit_code code = EXIT_DONE;
    if (plan.count > 0) {
        code = make(options, chain, &plan);
    } else {
        (void)puts("nothing to do: all that can be registered here is");
    }
    if (code == EXIT_DONE) {
        say_left_out(policy, chain);
    }
    return code;
}

enum exit_code cmd_trust_session(const struct options *options) {
    KC_AUTO(config) config = NULL;
    KC_AUTO(walked) walked = NULL;
    enum exit_code code = policy_file_open(&config);
    if (code != EXIT_DONE) {
        return code;
    }
    enum kc_error error = walked_new(self_number(), "", "", &walked);
    return error == KC_OK ? trust(options, config_policy(config), walked->chain)
                          : say_fault(error, "can't look at the processes above this one");
}
