/* SPDX-License-Identifier: MIT */
/*
 * Locked or open as the loop knows it, and the way of a request that is about it. The flag goes to
 * "locked" as soon as somebody may lock, and to "open" only when the store's worker has the key;
 * in between the worker answers by itself.
 */
#include "daemon/vault.h"

#include "daemon/daemon.h"
#include "daemon/keyslot.h"
#include "daemon/reply.h"
#include "daemon/seal.h"
#include "daemon/session.h"
#include "daemon/store.h"
#include "daemon/vault_internal.h"
#include "daemon/vault_turn.h"
#include "daemon/vault_work.h"
#include "daemon/worker.h"
#include "libkc/attributes.h"
#include "platform/check.h"
#include "platform/clock.h"
#include "platform/peer.h"

#include <stdio.h>
#include <string.h>

#define LOCKED_SENTENCE "the keychain is locked; unlock it with: keychain-auth unlock"

bool vault_is_locked(const struct vault *vault) {
    return vault->is_locked;
}

bool vault_has_passphrase(const struct vault *vault) {
    return vault->slots != NULL && keyslots_count(vault->slots, KEYSLOT_PASSPHRASE) > 0;
}

bool vault_has_key_file(const struct vault *vault) {
    return vault->slots != NULL && keyslots_count(vault->slots, KEYSLOT_KEYFILE) > 0;
}

static void refuse(struct exchange *exchange, enum kc_reason reason, const char *message) {
    exchange->decision.verdict = VERDICT_ERROR;
    exchange->decision.reason = reason;
    exchange->decision.is_pending = false;
    (void)snprintf(exchange->decision.message, sizeof exchange->decision.message, "%s", message);
}

/* Under this name lies what is remembered of policy and record. */
static bool is_own_service(const struct request *request) {
    return request->service != NULL && strcmp(request->service, SEAL_SERVICE) == 0;
}

bool vault_is_shut_for(const struct vault *vault, struct exchange *exchange) {
    enum kc_action action = exchange->request->action;
    if (is_own_service(exchange->request)) {
        refuse(exchange, KC_REASON_SERVICE_NOT_ALLOWED,
               "the service \"" SEAL_SERVICE "\" is the daemon's own");
        exchange->decision.verdict = VERDICT_DENIED;
        return true;
    }
    bool needs_key = action != KC_ACTION_STATUS && action != KC_ACTION_STOP &&
                     action != KC_ACTION_UNLOCK && action != KC_ACTION_LOCK &&
                     action != KC_ACTION_PASSPHRASE;
    if (!vault->is_locked || !needs_key) {
        return false;
    }
    refuse(exchange, KC_REASON_LOCKED, LOCKED_SENTENCE);
    return true;
}

static bool needs_proof(const struct vault *vault, const struct request *request) {
    bool administers = request->action == KC_ACTION_WRITE || request->action == KC_ACTION_DELETE ||
                       request->action == KC_ACTION_SEARCH || request->action == KC_ACTION_POLICY;
    return request->type == KC_TYPE_ADMIN && administers && vault_has_passphrase(vault);
}

void vault_check_proof(struct vault *vault, struct exchange *exchange, bool is_proven) {
    const struct identity *identity = exchange->identity;
    if (exchange->decision.verdict != VERDICT_ALLOWED || !needs_proof(vault, exchange->request) ||
        is_proven || !check_is_on("admin_proof")) {
        return;
    }
    if (identity->peer != NULL &&
        admin_session_covers(&vault->sessions, peer_process(identity->peer),
                             clock_monotonic_ms())) {
        return;
    }
    refuse(exchange, KC_REASON_ADMIN_REQUIRED,
           "a passphrase is set, so administration needs it; open a session at your terminal with: "
           "keychain-auth admin");
    exchange->decision.verdict = VERDICT_DENIED;
}

bool vault_takes(const struct exchange *exchange) {
    return exchange->decision.verdict == VERDICT_ALLOWED &&
           vault_turn_takes(exchange->request->action);
}

/* The worker's side. */

void vault_run_work(struct job *first, void *context) {
    const struct exchange *exchange = (const struct exchange *)first;
    (void)context;
    vault_work_run(exchange->work, exchange->request);
}

/* Back on the loop: to the store, whatever came of it, because it is to be written down. */
static void on_worked(struct job *job) {
    struct exchange *exchange = (struct exchange *)job;
    struct vault *vault = session_daemon(exchange->session)->vault;
    const struct vault_work *work = exchange->work;
    if (work->error == KC_DENIED) {
        patience_fail(&vault->patience, clock_monotonic_ms());
        log_line(&vault->daemon->log, "a wrong passphrase was given; %u in a row",
                 vault->patience.failures);
        refuse(exchange, KC_REASON_WRONG_PASSPHRASE, "the passphrase is wrong");
    } else if (work->error != KC_OK) {
        struct outcome outcome;
        reply_translate(work->error, work->why[0] != '\0' ? work->why : NULL, &outcome);
        refuse(exchange, outcome.reason, outcome.message);
    } else {
        patience_succeed(&vault->patience);
    }
    enum kc_error error = store_submit(vault->daemon->store, exchange);
    if (error != KC_OK) {
        reply_translate(error, "too many requests wait; try again", &exchange->outcome);
        daemon_finish(vault->daemon, exchange);
    }
}

/* Whether a passphrase may be tried now; if not, why. */
static bool may_try(const struct vault *vault, struct exchange *exchange) {
    char message[128];
    uint64_t left_ms = patience_left_ms(&vault->patience, clock_monotonic_ms());
    if (vault->is_busy) {
        refuse(exchange, KC_REASON_BUSY, "another passphrase is being tried; try again");
        return false;
    }
    if (left_ms > 0 && check_is_on("patience")) {
        (void)snprintf(message, sizeof message,
                       "after %u wrong passphrases the next one is tried in %llu s",
                       vault->patience.failures, (unsigned long long)((left_ms + 999) / 1000));
        refuse(exchange, KC_REASON_BUSY, message);
        return false;
    }
    return true;
}

static enum kc_error try_passphrase(struct vault *vault, struct exchange *exchange) {
    enum kc_error error = vault_work_new(vault->slots, &exchange->work);
    if (error == KC_OK) {
        exchange->job.done = on_worked;
        error = worker_submit(vault->worker, &exchange->job);
    }
    if (error == KC_OK) {
        vault->is_busy = true;
        return KC_AGAIN;
    }
    reply_translate(error, NULL, &exchange->outcome);
    return error;
}

static enum kc_error to_store(struct vault *vault, struct exchange *exchange) {
    enum kc_error error = store_submit(vault->daemon->store, exchange);
    if (error == KC_OK) {
        return KC_AGAIN;
    }
    reply_translate(error, "too many requests wait; try again", &exchange->outcome);
    return error;
}

static enum kc_error lock(struct vault *vault, struct exchange *exchange) {
    if (!vault_has_passphrase(vault)) {
        refuse(exchange, KC_REASON_NOT_FOUND,
               "no passphrase is set, so there is nothing to lock; set one with: keychain-auth "
               "passphrase set");
    } else if (vault_has_key_file(vault)) {
        refuse(exchange, KC_REASON_MALFORMED_REQUEST,
               "the key file was kept and opens everything, so locking would keep nobody out; "
               "take it away with: keychain-auth passphrase change");
    } else {
        vault->is_locked = true;
    }
    return to_store(vault, exchange);
}

enum kc_error vault_submit(struct vault *vault, struct exchange *exchange) {
    if (exchange->request->action == KC_ACTION_LOCK) {
        return lock(vault, exchange);
    }
    const char *scope = attributes_get(&exchange->request->attributes, "scope");
    if (exchange->request->action == KC_ACTION_ADMIN && scope != NULL &&
        strcmp(scope, "end") == 0) {
        return to_store(vault, exchange);
    }
    if (exchange->request->action == KC_ACTION_POLICY) {
        enum kc_error error = vault_work_new(NULL, &exchange->work);
        if (error != KC_OK) {
            reply_translate(error, NULL, &exchange->outcome);
            return error;
        }
        return to_store(vault, exchange);
    }
    return may_try(vault, exchange) ? try_passphrase(vault, exchange) : to_store(vault, exchange);
}
