/* SPDX-License-Identifier: MIT */
/*
 * Puts a made-up request of a made-up, sound process to the authoriser itself, so that what is
 * explained is what would happen. The code that a process runs, and whether it is that process
 * at all, is explain PID's.
 */
#include "daemon/admin/explain.h"

#include "daemon/admin/colour.h"
#include "daemon/admin/print.h"
#include "daemon/admin/question.h"
#include "daemon/admin/say.h"
#include "daemon/admin/subject.h"
#include "daemon/advice.h"
#include "daemon/authorise.h"
#include "daemon/exchange.h"
#include "daemon/grant.h"
#include "daemon/policy.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

struct explanation {
    const struct subject *subject;
    struct decision decision;
    const struct policy_entry *entry; /* NULL: none */
    const char *grant;                /* NULL: none covers it */
};

/* The first grant of the entry that covers the question; a search may use either right. */
static const char *find_grant(const struct policy_entry *entry, const struct question *question) {
    bool is_whole = question->target == NULL || question->action == KC_ACTION_SEARCH;
    bool reads = question->action == KC_ACTION_READ || question->action == KC_ACTION_SEARCH;
    bool writes = question->action != KC_ACTION_READ;
    for (int right = RIGHT_READ; entry != NULL && right <= RIGHT_WRITE; right++) {
        if (right == RIGHT_READ ? !reads : !writes) {
            continue;
        }
        for (size_t i = 0; i < policy_entry_grant_count(entry, (enum right)right); i++) {
            const char *grant = policy_entry_grant(entry, (enum right)right, i);
            if (grant_covers(grant, question->service,
                             question->target == NULL ? "" : question->target,
                             is_whole ? KC_MATCH_PREFIX : KC_MATCH_EXACT)) {
                return grant;
            }
        }
    }
    return NULL;
}

/* The tray borrows everything, and the authoriser changes none of it but the decision. */
static void decide(const struct policy *policy, struct question *question,
                   struct explanation *explanation) {
    struct identity identity = {.path = explanation->subject->path};
    struct request request = question_request(question);
    struct exchange exchange = {.identity = &identity, .request = &request};
    memcpy(identity.hash, explanation->subject->hash, sizeof identity.hash);
    authorise_exchange(policy, "", &exchange);
    explanation->entry = policy_find(policy, identity.path, identity.hash);
    if (exchange.decision.reason == KC_REASON_UNREGISTERED_BINARY) {
        advise_unasked(policy, &identity, &request, exchange.decision.message);
    } else if (exchange.decision.reason == KC_REASON_CALLER_NOT_ALLOWED) {
        advise_unaccompanied(explanation->entry, exchange.decision.message);
    }
    explanation->decision = exchange.decision;
    explanation->grant = find_grant(explanation->entry, question);
}

static void print_explanation(const struct explanation *explanation) {
    const struct decision *decision = &explanation->decision;
    struct shown shown;
    bool is_allowed = decision->verdict == VERDICT_ALLOWED;
    (void)printf("%s%s%s%s%s\n", colour_good_or_bad(is_allowed), is_allowed ? "allowed" : "denied",
                 colour_end(), is_allowed ? "" : "  ", kc_reason_word(decision->reason));
    (void)printf("program  \"%s\" (sha256 %.8s)\n", say_show(explanation->subject->path, &shown),
                 explanation->subject->hash);
    if (decision->message[0] != '\0') {
        (void)printf("why      %s\n", decision->message);
    }
    if (explanation->entry != NULL) {
        const char *since = policy_entry_registered_at(explanation->entry);
        (void)printf("entry    registered %s%s\n", since[0] == '\0' ? "at an unknown time" : since,
                     policy_entry_is_plain(explanation->entry) ? ", plain" : "");
    }
    if (explanation->grant != NULL) {
        (void)printf("grant    %s\n", say_show(explanation->grant, &shown));
    }
}

static json_t *explanation_to_json(const struct question *question,
                                   const struct explanation *explanation) {
    const struct decision *decision = &explanation->decision;
    bool is_allowed = decision->verdict == VERDICT_ALLOWED;
    const struct policy_entry *entry = explanation->entry;
    json_t *registered = entry == NULL ? NULL : json_string(policy_entry_registered_at(entry));
    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:o, s:o*, s:b, s:o*, s:o*}", "decision",
                     is_allowed ? "allowed" : "denied", "reason", kc_reason_word(decision->reason),
                     "message", decision->message, "path", print_text(explanation->subject->path),
                     "hash", explanation->subject->hash, "action", kc_action_word(question->action),
                     "service", print_text(question->service), "target",
                     question->target == NULL ? NULL : print_text(question->target), "registered",
                     (int)(entry != NULL), "registered_at", registered, "grant",
                     explanation->grant == NULL ? NULL : print_text(explanation->grant));
}

enum exit_code explain_program(const struct options *options, const struct policy *policy) {
    KC_AUTO(subject) subject = NULL;
    struct question question;
    enum exit_code code = question_read(options, 1, &question);
    if (code == EXIT_DONE) {
        code = subject_new(options_operand(options, 0), &subject);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    struct explanation explanation = {.subject = subject};
    decide(policy, &question, &explanation);
    if (options_flag(options, "json", false)) {
        code = print_json(explanation_to_json(&question, &explanation));
    } else {
        print_explanation(&explanation);
    }
    if (code == EXIT_DONE && explanation.decision.verdict != VERDICT_ALLOWED) {
        code = EXIT_NO;
    }
    return code;
}
