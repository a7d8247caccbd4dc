/* SPDX-License-Identifier: MIT */
/*
 * Plans, shows, checks every file, and only then writes. Afterwards the daemon's own judge is asked
 * whether that was enough; until it was, the chain goes on waiting.
 */
#include "daemon/admin/approve_chain.h"

#include "daemon/admin/change.h"
#include "daemon/admin/places.h"
#include "daemon/admin/plan.h"
#include "daemon/admin/policy_file.h"
#include "daemon/admin/recall.h"
#include "daemon/admin/rights.h"
#include "daemon/admin/say.h"
#include "daemon/admin/steps.h"
#include "daemon/admin/tree.h"
#include "daemon/caller.h"
#include "daemon/pending.h"
#include "libkc/parse.h"

#include <stdio.h>
#include <string.h>

#define LINK_TEXT_SIZE 1024

static bool gives_rights(const struct rights *rights) {
    return rights->read.count > 0 || rights->write.count > 0;
}

static bool is_set(const struct step *step, enum config_flag_name flag) {
    return step->flags[flag] == CONFIG_SET;
}

static const char *describe_caller(const struct step *step, bool with_rights) {
    if (!with_rights) {
        return "becomes known, without rights";
    }
    if (is_set(step, CONFIG_INLINE)) {
        return "gets the rights, whatever code is put into it";
    }
    return is_set(step, CONFIG_SESSION_ROOT) ? "gets the rights, and is a session root"
                                             : "gets the rights";
}

/* What is going to be, where something is; else what the policy says now. */
static void show_plan(const struct policy *policy, const struct recalled *recalled,
                      const struct plan *plan, bool with_rights) {
    struct remarks remarks;
    remarks_judge(policy, &recalled->exchange, &remarks);
    for (size_t i = 0; i < recalled->chain.count; i++) {
        const struct step *step = plan_step(plan, &recalled->chain.links[i]);
        if (step != NULL) {
            remarks.passes[i] = true;
            remarks.texts[i] =
                step->is_caller ? describe_caller(step, with_rights) : plan_step_text(step);
        }
    }
    struct shown shown;
    (void)puts(say_show(recalled->identity.path, &shown));
    tree_print(&recalled->chain, &remarks, false);
}

static enum exit_code refuse(const struct recalled *recalled, const struct plan *plan,
                             enum plan_verdict verdict) {
    char link[LINK_TEXT_SIZE];
    struct shown shown;
    if (verdict == PLAN_NOBODY || verdict == PLAN_DOUBT) {
        say("\"%s\": %s; nothing was registered", say_show(recalled->identity.path, &shown),
            plan_verdict_text(verdict));
        return EXIT_NO;
    }
    tree_describe(&recalled->chain.links[plan->flaw], link, sizeof link);
    say("%s %s; nothing was registered", link, plan_verdict_text(verdict));
    return EXIT_NO;
}

/* Whether one of the things that it asked for would be given now; else `message` says why not. */
static bool is_enough(const struct policy *policy, const struct pending_entry *entry,
                      struct recalled *recalled, char message[KC_MESSAGE_MAX]) {
    bool is_pending = false;
    for (size_t i = 0; i < entry->asked_count; i++) {
        recalled_ask(recalled, &entry->asked[i]);
        if (caller_judge(policy, &recalled->exchange, message, &is_pending) == KC_REASON_NONE) {
            return true;
        }
    }
    return false;
}

static enum exit_code conclude(const struct places *places, const struct pending_entry *entry,
                               struct recalled *recalled) {
    KC_AUTO(config) config = NULL;
    char message[KC_MESSAGE_MAX] = "";
    struct shown shown;
    enum exit_code code = policy_file_open(&config);
    if (code != EXIT_DONE) {
        return code;
    }
    if (is_enough(config_policy(config), entry, recalled, message)) {
        change_settle(places, entry->path, entry->id);
        (void)printf("%s may now speak for them\n", say_show(entry->path, &shown));
        return EXIT_DONE;
    }
    say("that isn't enough yet, and it goes on waiting: %s",
        parse_escape_sentence(message, strlen(message), shown.text, sizeof shown.text));
    return EXIT_DONE;
}

/* The id is what the person was told by the daemon, and the list is a file that anybody who runs as
 * this user can edit. KC_DAMAGED: it stands for another chain than the list says. */
static enum kc_error check_name(const struct pending_entry *entry, struct recalled *recalled) {
    enum kc_error error = chain_name(&recalled->chain, entry->path, entry->hash);
    if (error == KC_OK && strcmp(recalled->chain.id, entry->id) != 0) {
        error = KC_DAMAGED;
    }
    return error;
}

static enum exit_code say_forged(const struct pending_entry *entry) {
    say("the list was edited: what it says of %.16s isn't what was seen; nothing was registered",
        entry->id);
    return EXIT_NO;
}

enum exit_code approve_chain(const struct options *options, const struct places *places,
                             const struct pending_entry *entry, const struct rights *rights) {
    KC_AUTO(config) config = NULL;
    KC_AUTO(recalled) recalled = NULL;
    struct plan plan;
    const struct plan_wish wish = {.with_chain = options_flag(options, "with-chain", false),
                                   .with_inline = rights->flags[CONFIG_INLINE] == CONFIG_SET,
                                   .with_rights = gives_rights(rights)};
    enum exit_code code = policy_file_open(&config);
    if (code != EXIT_DONE) {
        return code;
    }
    enum kc_error error = recalled_new(entry, &recalled);
    if (error == KC_OK) {
        error = check_name(entry, recalled);
    }
    if (error != KC_OK) {
        return error == KC_DAMAGED ? say_forged(entry) : say_fault(error, "can't approve");
    }
    const struct policy *policy = config_policy(config);
    enum plan_verdict verdict = plan_approval(policy, &recalled->exchange, &wish, &plan);
    if (verdict != PLAN_READY) {
        return refuse(recalled, &plan, verdict);
    }
    code = steps_check(&plan);
    if (code != EXIT_DONE) {
        return code;
    }
    show_plan(policy, recalled, &plan, wish.with_rights);
    const struct change_name name = {.event = "approve", .options = options};
    code = steps_make(places, &plan, rights, &name);
    if (code == EXIT_DONE && !wish.with_rights) {
        say("no rights were given; --read and --write give them");
    }
    return code == EXIT_DONE ? conclude(places, entry, recalled) : code;
}
