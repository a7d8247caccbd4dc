/* SPDX-License-Identifier: MIT */
/*
 * The decision. Each question returns the reason of a denial or KC_REASON_NONE, and one line
 * at the end of this file says yes. The sentences are advice's.
 */
#include "daemon/authorise.h"

#include "daemon/advice.h"
#include "daemon/caller.h"
#include "daemon/exchange.h"
#include "daemon/pending.h"
#include "daemon/policy.h"
#include "daemon/right.h"
#include "libkc/protocol.h"

#include <stdbool.h>
#include <stdio.h>

/* Administration never returns a value, so read isn't here; whoever runs as this user may ask
 * whether the daemon is well. */
static bool may_administer(const struct identity *identity, enum kc_action action) {
    switch (action) {
    case KC_ACTION_STATUS:
        return true;
    case KC_ACTION_WRITE:
    case KC_ACTION_DELETE:
    case KC_ACTION_SEARCH:
    case KC_ACTION_STOP:
    case KC_ACTION_UNLOCK:
    case KC_ACTION_LOCK:
    case KC_ACTION_PASSPHRASE:
    case KC_ACTION_ADMIN:
    case KC_ACTION_POLICY:
        return identity->is_administrator;
    case KC_ACTION_READ:
    case KC_ACTION_GRANTS:
    case KC_ACTION_COUNT:
        break;
    }
    return false;
}

/* What is about the daemon touches no secret, and may be wanted when the policy is broken. */
static bool needs_no_policy(const struct request *request) {
    bool is_about_items = request->action == KC_ACTION_READ || request->action == KC_ACTION_WRITE ||
                          request->action == KC_ACTION_DELETE ||
                          request->action == KC_ACTION_SEARCH;
    return request->type == KC_TYPE_ADMIN && !is_about_items;
}

static bool entry_needs_chain(const struct policy_entry *entry) {
    return policy_entry_interpreter(entry) == NULL &&
           (policy_entry_is_helper(entry) || policy_entry_asks_for_chain(entry));
}

bool authorise_needs_chain(const struct policy *policy, const struct identity *identity) {
    const struct policy_entry *entry =
        policy == NULL ? NULL : policy_find(policy, identity->path, identity->hash);
    return entry != NULL && entry_needs_chain(entry);
}

/* What runs beside the image; `entry` NULL: nothing is allowed. */
static enum kc_reason judge_code(const struct policy_entry *entry, const struct identity *identity,
                                 char message[KC_MESSAGE_MAX]) {
    if (identity->makes_code && (entry == NULL || !policy_entry_may_make_code(entry))) {
        advise_jit(identity, message);
        return KC_REASON_UNTRUSTED_PROCESS;
    }
    for (size_t i = 0; i < identity->file_count; i++) {
        const struct identity_file *file = &identity->files[i];
        bool is_ours =
            file->is_shim ||
            (entry != NULL && policy_entry_allows_library(entry, file->path, file->hash));
        if (!is_ours) {
            advise_library(identity, file, message);
            return KC_REASON_UNTRUSTED_PROCESS;
        }
    }
    return KC_REASON_NONE;
}

static enum kc_reason judge_own_right(const struct policy_entry *entry,
                                      const struct request *request, char message[KC_MESSAGE_MAX]) {
    struct right_lack lack;
    enum kc_reason reason = right_check(entry, request, &lack);
    if (reason == KC_REASON_ACTION_NOT_IN_POLICY) {
        advise_action(entry, request, lack.search, lack.grant, message);
    } else if (reason == KC_REASON_SERVICE_NOT_ALLOWED) {
        advise_service(entry, request, lack.target, message);
    }
    return reason;
}

/* A helper has no right of its own to be asked for; others may have to have both. */
static enum kc_reason judge_entry(const struct policy *policy, const struct policy_entry *entry,
                                  const struct exchange *exchange, struct decision *decision) {
    decision->is_helper = policy_entry_is_helper(entry);
    if (policy_entry_interpreter(entry) != NULL) {
        advise_script(entry, decision->message);
        return KC_REASON_CALLER_NOT_ALLOWED;
    }
    if (exchange->request->action == KC_ACTION_GRANTS && !decision->is_helper) {
        return KC_REASON_NONE; /* its own entry is no secret from a program */
    }
    enum kc_reason reason = KC_REASON_NONE;
    if (!decision->is_helper) {
        reason = judge_own_right(entry, exchange->request, decision->message);
    }
    if (reason == KC_REASON_NONE && entry_needs_chain(entry)) {
        reason = caller_judge(policy, exchange, decision->message, &decision->is_pending);
    }
    return reason;
}

static enum kc_reason judge_request(const struct policy *policy, const struct exchange *exchange,
                                    struct decision *decision) {
    const struct identity *identity = exchange->identity;
    const struct request *request = exchange->request;
    bool is_grants = request->action == KC_ACTION_GRANTS;
    if (request->type != KC_TYPE_REQUEST || (request->service == NULL && !is_grants)) {
        (void)snprintf(decision->message, sizeof decision->message,
                       "\"%s\" is for administration only", kc_action_word(request->action));
        return KC_REASON_ACTION_NOT_IN_POLICY;
    }
    const struct policy_entry *entry = policy_find(policy, identity->path, identity->hash);
    if (entry == NULL && is_grants) {
        (void)snprintf(decision->message, sizeof decision->message,
                       "this program is not registered");
        return KC_REASON_UNREGISTERED_BINARY;
    }
    if (entry == NULL) {
        /* Without path and hash there is nothing that could be approved. */
        const char *obstacle = pending_obstacle(identity->path, NULL);
        decision->is_pending = obstacle == NULL && identity->hash[0] != '\0';
        advise_unregistered(policy, identity, request, obstacle, decision->message);
        return KC_REASON_UNREGISTERED_BINARY;
    }
    decision->plain = policy_entry_is_plain(entry);
    enum kc_reason reason = judge_code(entry, identity, decision->message);
    if (reason != KC_REASON_NONE) {
        return reason;
    }
    decision->is_jit = identity->makes_code;
    return judge_entry(policy, entry, exchange, decision);
}

static enum kc_reason judge(const struct policy *policy, const char *trouble,
                            const struct exchange *exchange, struct decision *decision) {
    const struct identity *identity = exchange->identity;
    if (identity->trouble != KC_REASON_NONE) {
        advise_trouble(identity, exchange->request, decision->message);
        return identity->trouble;
    }
    if (policy == NULL && !needs_no_policy(exchange->request)) {
        (void)snprintf(decision->message, sizeof decision->message, "%s", trouble);
        return KC_REASON_ACTION_NOT_IN_POLICY;
    }
    if (exchange->request->type != KC_TYPE_ADMIN) {
        return judge_request(policy, exchange, decision);
    }
    if (!may_administer(identity, exchange->request->action)) {
        advise_administrator(identity, exchange->request, decision->message);
        return KC_REASON_CALLER_NOT_ALLOWED;
    }
    if (exchange->request->action != KC_ACTION_STATUS) {
        return judge_code(NULL, identity, decision->message);
    }
    return KC_REASON_NONE;
}

void authorise_exchange(const struct policy *policy, const char *trouble,
                        struct exchange *exchange) {
    struct decision decision = {.verdict = VERDICT_DENIED};
    decision.reason = judge(policy, trouble, exchange, &decision);
    if (decision.reason == KC_REASON_NONE) {
        decision.verdict = VERDICT_ALLOWED;
    }
    exchange->decision = decision;
}
