/* SPDX-License-Identifier: MIT */
/*
 * The decision. Each question returns the reason of a denial or KC_REASON_NONE, and one line
 * at the end of this file says yes. The sentences are advice's.
 */
#include "daemon/authorise.h"

#include "daemon/advice.h"
#include "daemon/exchange.h"
#include "daemon/policy.h"
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

static bool needs_search(const struct request *request) {
    return request->action == KC_ACTION_SEARCH || request->match == KC_MATCH_PREFIX;
}

static bool has_right(const struct policy_entry *entry, enum kc_action action) {
    bool reads = policy_entry_grant_count(entry, RIGHT_READ) > 0;
    bool writes = policy_entry_grant_count(entry, RIGHT_WRITE) > 0;
    switch (action) {
    case KC_ACTION_READ:
        return reads;
    case KC_ACTION_WRITE:
    case KC_ACTION_DELETE:
        return writes;
    case KC_ACTION_SEARCH:
        return reads || writes;
    default:
        break;
    }
    return false;
}

static bool is_granted(const struct policy_entry *entry, const struct request *request,
                       const char *target, enum kc_match match) {
    const char *service = request->service;
    switch (request->action) {
    case KC_ACTION_READ:
        return policy_entry_allows(entry, RIGHT_READ, service, target, match);
    case KC_ACTION_WRITE:
    case KC_ACTION_DELETE:
        return policy_entry_allows(entry, RIGHT_WRITE, service, target, match);
    case KC_ACTION_SEARCH:
        return policy_entry_allows(entry, RIGHT_READ, service, target, match) ||
               policy_entry_allows(entry, RIGHT_WRITE, service, target, match);
    default:
        break;
    }
    return false;
}

/* Whether all that is asked is granted; if not, `ret_target` is the first that isn't (NULL: the
 * whole service). The targets of a search are prefixes; no target at all is everything. */
static bool all_granted(const struct policy_entry *entry, const struct request *request,
                        const char **ret_target) {
    enum kc_match match = needs_search(request) ? KC_MATCH_PREFIX : KC_MATCH_EXACT;
    if (request->target_count == 0) {
        *ret_target = NULL;
        return is_granted(entry, request, "", KC_MATCH_PREFIX);
    }
    for (size_t i = 0; i < request->target_count; i++) {
        if (!is_granted(entry, request, request->targets[i], match)) {
            *ret_target = request->targets[i];
            return false;
        }
    }
    return true;
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
        if (entry == NULL || !policy_entry_allows_library(entry, file->path, file->hash)) {
            advise_library(identity, file, message);
            return KC_REASON_UNTRUSTED_PROCESS;
        }
    }
    return KC_REASON_NONE;
}

static enum kc_reason judge_entry(const struct policy_entry *entry, const struct request *request,
                                  char message[KC_MESSAGE_MAX]) {
    if (policy_entry_unsupported(entry) != NULL) {
        advise_unsupported(entry, message);
        return KC_REASON_CALLER_NOT_ALLOWED;
    }
    const char *target = NULL;
    bool lacks_search = needs_search(request) && !policy_entry_can_search(entry);
    bool lacks_grant = !all_granted(entry, request, &target);
    if (lacks_search || !has_right(entry, request->action)) {
        advise_action(entry, request, lacks_search, lacks_grant, message);
        return KC_REASON_ACTION_NOT_IN_POLICY;
    }
    if (lacks_grant) {
        advise_service(entry, request, target, message);
        return KC_REASON_SERVICE_NOT_ALLOWED;
    }
    return KC_REASON_NONE;
}

static enum kc_reason judge_request(const struct policy *policy, const struct exchange *exchange,
                                    struct decision *decision) {
    const struct identity *identity = exchange->identity;
    const struct request *request = exchange->request;
    if (request->type != KC_TYPE_REQUEST || request->service == NULL) {
        (void)snprintf(decision->message, sizeof decision->message,
                       "\"%s\" is for administration only", kc_action_word(request->action));
        return KC_REASON_ACTION_NOT_IN_POLICY;
    }
    const struct policy_entry *entry = policy_find(policy, identity->path, identity->hash);
    if (entry == NULL) {
        /* Without path and hash there is nothing that could be approved. */
        decision->is_pending = identity->path[0] != '\0' && identity->hash[0] != '\0';
        advise_unregistered(policy, identity, request, decision->message);
        return KC_REASON_UNREGISTERED_BINARY;
    }
    decision->plain = policy_entry_is_plain(entry);
    enum kc_reason reason = judge_code(entry, identity, decision->message);
    if (reason != KC_REASON_NONE) {
        return reason;
    }
    decision->is_jit = identity->makes_code;
    return judge_entry(entry, request, decision->message);
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
