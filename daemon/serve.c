/* SPDX-License-Identifier: MIT */
/* The road of a request on the loop's side. Every way to an `allowed` passes through
 * serve_decide(). */
#include "daemon/serve.h"

#include "daemon/authorise.h"
#include "daemon/config.h"
#include "daemon/daemon.h"
#include "daemon/dispatch.h"
#include "daemon/dispatch_internal.h"
#include "daemon/grants.h"
#include "daemon/identify.h"
#include "daemon/policy.h"
#include "daemon/reply.h"
#include "daemon/store.h"
#include "daemon/vault.h"
#include "libkc/parse.h"
#include "libkc/secret.h"
#include "platform/check.h"
#include "platform/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct identity *identity_of(const struct serving *serving) {
    return &serving->identification->identity;
}

static void log_path(const struct identity *identity, char *buffer, size_t size) {
    (void)parse_escape(identity->path, strlen(identity->path), buffer, size);
}

enum kc_error serve_refuse(enum kc_error error, const char *message, struct secret **ret_line) {
    struct outcome outcome;
    reply_translate(error, message, &outcome);
    return reply_write_outcome(&outcome, NULL, NULL, ret_line);
}

/* Takes the id. */
static enum kc_error serve_malformed(const struct serving *serving, const char *why, char *id,
                                     struct secret **ret_line) {
    struct outcome outcome;
    char path[512];
    log_path(identity_of(serving), path, sizeof path);
    log_line(&serving->daemon->log, "\"%s\" (pid %llu) sent a malformed request: %s", path,
             (unsigned long long)identity_of(serving)->pid, why);
    reply_translate(KC_INVALID, why, &outcome);
    enum kc_error error = reply_write_outcome(&outcome, id, NULL, ret_line);
    free(id);
    return error;
}

static void deny(struct exchange *exchange, enum kc_reason reason, const char *message) {
    exchange->decision.verdict = VERDICT_DENIED;
    exchange->decision.reason = reason;
    exchange->decision.is_pending = false;
    (void)snprintf(exchange->decision.message, sizeof exchange->decision.message, "%s", message);
}

/* Whether the pinned process still is what was looked at; otherwise the exchange is denied. */
static bool still_holds(const struct serving *serving, struct exchange *exchange) {
    char why[KC_MESSAGE_MAX] = "";
    if (serving->is_stranger && check_is_on("writer")) {
        deny(exchange, KC_REASON_IDENTITY_CHANGED,
             "another process than the one that connected wrote to this connection");
        return false;
    }
    enum kc_error error = identify_check(serving->identification, why);
    if (error == KC_OK) {
        return true;
    }
    deny(exchange, error == KC_UNSAFE ? KC_REASON_UNTRUSTED_PROCESS : KC_REASON_IDENTITY_CHANGED,
         why);
    return false;
}

const struct policy *serve_policy(struct daemon *daemon) {
    if (config_refresh(daemon->config)) {
        if (config_notice(daemon->config)[0] != '\0') {
            vault_report(daemon->vault, "policy_edited", config_notice(daemon->config));
        } else if (config_trouble(daemon->config)[0] != '\0') {
            log_line(&daemon->log, "%s", config_trouble(daemon->config));
        }
    }
    return config_policy(daemon->config);
}

/* Fills the decision: the pins first, then the policy of this moment. */
static void serve_decide(const struct serving *serving, struct exchange *exchange) {
    struct daemon *daemon = serving->daemon;
    if (identity_of(serving)->trouble == KC_REASON_NONE && !still_holds(serving, exchange)) {
        return;
    }
    if (vault_is_shut_for(daemon->vault, exchange)) {
        return;
    }
    const struct policy *policy = serve_policy(daemon);
    authorise_exchange(policy, config_trouble(daemon->config), exchange);
    vault_check_proof(daemon->vault, exchange, serving->is_proven);
}

static bool nonce_holds(const struct serving *serving, const struct exchange *exchange) {
    const struct request *request = exchange->request;
    if (exchange->decision.plain || request->action == KC_ACTION_STATUS) {
        return true;
    }
    return strcmp(request->nonce, serving->nonce) == 0 || !check_is_on("nonce");
}

static enum kc_error serve_nonce(const struct serving *serving, const char *id,
                                 struct secret **ret_line) {
    struct outcome outcome;
    reply_refuse(KC_REASON_NONCE_REQUIRED, "repeat the request with this nonce", &outcome);
    return reply_write_outcome(&outcome, id, serving->nonce, ret_line);
}

/* `status` answers with one result; what the daemon knows goes in before the store adds to it. */
static enum kc_error describe(const struct serving *serving, struct exchange *exchange) {
    exchange->results = calloc(1, sizeof *exchange->results);
    if (exchange->results == NULL) {
        return KC_NO_MEMORY;
    }
    exchange->result_count = 1;
    exchange->results[0].target = strdup("keychain-auth");
    if (exchange->results[0].target == NULL) {
        return KC_NO_MEMORY;
    }
    return daemon_describe(serving->daemon, &exchange->results[0].attributes);
}

/* `grants` answers from the policy, which is the loop's. */
static enum kc_error fill_results(const struct serving *serving, struct exchange *exchange) {
    const struct identity *identity = identity_of(serving);
    if (exchange->decision.verdict != VERDICT_ALLOWED) {
        return KC_OK;
    }
    if (exchange->request->action == KC_ACTION_STATUS) {
        return describe(serving, exchange);
    }
    if (exchange->request->action == KC_ACTION_GRANTS) {
        return grants_tell(
            policy_find(config_policy(serving->daemon->config), identity->path, identity->hash),
            &exchange->results, &exchange->result_count);
    }
    return KC_OK;
}

static enum kc_error serve_submit(const struct serving *serving, struct exchange **take_exchange,
                                  struct secret **ret_line) {
    struct exchange *exchange = *take_exchange;
    *take_exchange = NULL;
    if (exchange->decision.is_pending) {
        identify_arguments(identity_of(serving));
    }
    enum kc_error error = fill_results(serving, exchange);
    if (error == KC_OK && vault_takes(exchange)) {
        error = vault_submit(serving->daemon->vault, exchange);
        if (error == KC_AGAIN) {
            return error;
        }
    } else if (error == KC_OK) {
        error = store_submit(serving->daemon->store, exchange);
    }
    if (error == KC_OK) {
        return KC_AGAIN;
    }
    reply_translate(error, error == KC_BUSY ? "too many requests wait; try again" : NULL,
                    &exchange->outcome);
    error = reply_write(exchange, ret_line);
    exchange_free(exchange);
    return error;
}

static enum kc_error serve_request(const struct serving *serving, struct request **take_request,
                                   struct secret **ret_line) {
    struct exchange *exchange = calloc(1, sizeof *exchange);
    if (exchange == NULL) {
        return KC_NO_MEMORY; /* the request is freed by its owner */
    }
    exchange->session = serving->session;
    exchange->session_number = serving->session_number;
    exchange->started_ms = clock_monotonic_ms();
    exchange->identity = identity_of(serving);
    exchange->request = *take_request;
    *take_request = NULL;
    serve_decide(serving, exchange);
    if (exchange->decision.verdict == VERDICT_ALLOWED && !nonce_holds(serving, exchange)) {
        enum kc_error error = serve_nonce(serving, exchange->request->id, ret_line);
        exchange_free(exchange);
        return error;
    }
    return serve_submit(serving, &exchange, ret_line);
}

enum kc_error serve_line(const struct serving *serving, const char *text, size_t length,
                         struct secret **ret_line) {
    KC_AUTO(request) request = NULL;
    char *id = NULL;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = message_parse_request(text, length, &request, &id, why);
    if (error == KC_INVALID) {
        return serve_malformed(serving, why, id, ret_line);
    }
    free(id);
    if (error != KC_OK) {
        return error;
    }
    if (request->type == KC_TYPE_HELLO) {
        return reply_write_hello(serving->nonce, request->id, ret_line);
    }
    return serve_request(serving, &request, ret_line);
}

enum kc_error serve_finish(const struct serving *serving, struct exchange *exchange,
                           struct secret **ret_line) {
    bool is_release = exchange->outcome.status == KC_STATUS_SUCCESS && exchange->result_count > 0 &&
                      exchange->identity->peer != NULL;
    if (is_release && identify_check_pins(serving->identification) != KC_OK) {
        exchange_drop_results(exchange);
        reply_refuse(KC_REASON_IDENTITY_CHANGED, "it ended or executed another program meanwhile",
                     &exchange->outcome);
    }
    enum kc_error error = reply_write(exchange, ret_line);
    if (error == KC_INVALID) {
        reply_translate(KC_INVALID, "a value isn't UTF-8; ask for it with \"encoding\":\"base64\"",
                        &exchange->outcome);
        error = reply_write(exchange, ret_line);
    }
    return error;
}
