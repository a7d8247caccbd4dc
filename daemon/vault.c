/* SPDX-License-Identifier: MIT */
/*
 * Locked or open as the loop knows it. The flag goes to "locked" as soon as somebody may lock,
 * and to "open" only when the store's worker has the key; in between the worker answers by
 * itself.
 */
#include "daemon/vault.h"

#include "daemon/admin_session.h"
#include "daemon/config.h"
#include "daemon/daemon.h"
#include "daemon/dispatch.h"
#include "daemon/keyslot.h"
#include "daemon/patience.h"
#include "daemon/reply.h"
#include "daemon/session.h"
#include "daemon/store.h"
#include "daemon/vault_turn.h"
#include "daemon/vault_work.h"
#include "daemon/worker.h"
#include "libkc/attributes.h"
#include "libkc/parse.h"
#include "libkc/secret.h"
#include "platform/check.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/peer.h"

#include <uv.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_INTERVAL_MS 500   /* how late it may notice that its time has come */
#define REMEMBER_MS      30000 /* how much of the record may be cut off unseen after a crash */
#define LOCKED_SENTENCE  "the keychain is locked; unlock it with: keychain-auth unlock"

struct vault {
    struct daemon *daemon;
    struct vault_places places;
    struct keyslots *slots; /* NULL: nothing is kept */
    bool is_locked;
    bool is_busy; /* a passphrase is with the worker or the store */
    struct patience patience;
    struct worker *worker;
    uv_timer_t timer;
    uint64_t idle_ms; /* how long nobody may ask before it locks; 0: for ever */
    uint64_t used_ms; /* when somebody did */
    uint64_t remembered_ms;
    struct admin_sessions sessions;
    struct file_stamp slots_stamp; /* as we left them */
    char slots_notice[KC_MESSAGE_MAX];
    char record_notice[KC_MESSAGE_MAX];
};

bool vault_is_locked(const struct vault *vault) {
    return vault->is_locked;
}

bool vault_has_passphrase(const struct vault *vault) {
    return vault->slots != NULL && keyslots_count(vault->slots, KEYSLOT_PASSPHRASE) > 0;
}

static bool has_key_file(const struct vault *vault) {
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

static void run_work(struct job *first, void *context) {
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

/* An exchange of our own: no session, no identity, nobody who waits for its answer. What can't be
 * done now is tried again at the next look, or is in the log. */
static bool submit_own(struct vault *vault, enum kc_action action, enum vault_purpose purpose,
                       const struct vault_work *about) {
    struct exchange *exchange = calloc(1, sizeof *exchange);
    struct request *request = calloc(1, sizeof *request);
    struct vault_work *work = calloc(1, sizeof *work);
    if (exchange == NULL || request == NULL || work == NULL) {
        free(exchange);
        free(request);
        free(work);
        return false;
    }
    if (about != NULL) {
        work->event = about->event;
        memcpy(work->message, about->message, sizeof work->message);
    }
    work->purpose = purpose;
    request->type = KC_TYPE_ADMIN;
    request->action = action;
    exchange->request = request;
    exchange->work = work;
    exchange->started_ms = clock_monotonic_ms();
    exchange->decision.verdict = VERDICT_ALLOWED;
    if (store_submit(vault->daemon->store, exchange) != KC_OK) {
        exchange_free(exchange);
        return false;
    }
    return true;
}

void vault_report(struct vault *vault, const char *event, const char *message) {
    struct vault_work about = {.event = event};
    (void)snprintf(about.message, sizeof about.message, "%s", message);
    log_line(&vault->daemon->log, "WARNING: %s", message);
    (void)submit_own(vault, KC_ACTION_STATUS, VAULT_REPORT, &about);
}

void vault_remember(struct vault *vault) {
    vault->remembered_ms = clock_monotonic_ms();
    if (vault_has_passphrase(vault) && !vault->is_locked) {
        (void)submit_own(vault, KC_ACTION_STATUS, VAULT_REMEMBER, NULL);
    }
}

static enum kc_error lock(struct vault *vault, struct exchange *exchange) {
    if (!vault_has_passphrase(vault)) {
        refuse(exchange, KC_REASON_NOT_FOUND,
               "no passphrase is set, so there is nothing to lock; set one with: keychain-auth "
               "passphrase set");
    } else if (has_key_file(vault)) {
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

/* What has become of it. */

static uint64_t idle_of(const struct request *request) {
    const char *text = attributes_get(&request->attributes, "timeout_s");
    uint64_t seconds = 0;
    return text != NULL && parse_unsigned(text, KC_UNLOCK_MAX_S, &seconds) == KC_OK ? seconds * 1000
                                                                                    : 0;
}

static void take_slots(struct vault *vault, struct vault_work *work) {
    keyslots_free(vault->slots);
    vault->slots = work->slots;
    work->slots = NULL;
    vault->slots_notice[0] = '\0';
    enum kc_error error = file_stamp(vault->places.slots, &vault->slots_stamp);
    (void)error; /* then the next look tells */
    if (!vault_has_passphrase(vault)) {
        struct config_guard none = {.key = NULL};
        vault->is_locked = false;
        vault->idle_ms = 0;
        vault->record_notice[0] = '\0';
        config_watch(vault->daemon->config, &none);
    }
}

/* What the worker found becomes what the loop goes by. */
static void take_findings(struct vault *vault, struct vault_work *work) {
    if (work->policy_key != NULL) {
        struct config_guard guard = {
            .key = work->policy_key, .counter = work->counter, .copy_path = vault->places.copy};
        work->policy_key = NULL;
        config_watch(vault->daemon->config, &guard);
    }
    memcpy(vault->slots_notice, work->slots_notice, sizeof vault->slots_notice);
    memcpy(vault->record_notice, work->record_notice, sizeof vault->record_notice);
    if (work->slots_notice[0] != '\0') {
        log_line(&vault->daemon->log, "WARNING: %s", work->slots_notice);
    }
    if (work->record_notice[0] != '\0') {
        log_line(&vault->daemon->log, "WARNING: %s", work->record_notice);
    }
}

static void settle_asked(struct vault *vault, const struct exchange *exchange) {
    struct vault_work *work = exchange->work;
    if (exchange->request->action != KC_ACTION_POLICY) {
        vault->is_busy = false;
    }
    if (exchange->outcome.status != KC_STATUS_SUCCESS) {
        return;
    }
    if (exchange->request->action == KC_ACTION_UNLOCK) {
        vault->is_locked = false;
        vault->idle_ms = idle_of(exchange->request);
    }
    if (work->changes_slots) {
        take_slots(vault, work);
    }
    if (exchange->request->action == KC_ACTION_UNLOCK || work->policy_key != NULL) {
        take_findings(vault, work);
    }
}

/* Proven: for this connection, or for this terminal. Anything that fails is an outcome. */
static void settle_proof(struct vault *vault, struct exchange *exchange) {
    const char *scope = attributes_get(&exchange->request->attributes, "scope");
    const struct process *caller = peer_process(exchange->identity->peer);
    enum kc_error error = KC_OK;
    if (exchange->outcome.status != KC_STATUS_SUCCESS || scope == NULL) {
        return;
    }
    if (strcmp(scope, "end") == 0) {
        admin_session_end(&vault->sessions, caller);
    } else if (strcmp(scope, "connection") == 0) {
        session_set_proven(exchange->session);
    } else if (strcmp(scope, "terminal") == 0) {
        error = admin_session_open(&vault->sessions, caller, clock_monotonic_ms());
    } else {
        error = KC_INVALID;
    }
    if (error != KC_OK) {
        reply_translate(error == KC_NOT_FOUND ? KC_INVALID : error,
                        error == KC_NOT_FOUND ? "there is no terminal that a session could be "
                                                "bound to; give the passphrase to each command "
                                                "with --passphrase-fd"
                                              : "a session can't be bound to this terminal: its "
                                                "shell can't be looked at",
                        &exchange->outcome);
    }
}

void vault_settle(struct vault *vault, struct exchange *exchange) {
    if (vault == NULL) {
        return; /* the daemon is ending */
    }
    const struct vault_work *work = exchange->work;
    if (work != NULL && work->purpose == VAULT_ASKED) {
        settle_asked(vault, exchange);
    }
    bool is_use =
        exchange->request->service != NULL || (work != NULL && work->purpose == VAULT_ASKED);
    if (is_use && exchange->outcome.status == KC_STATUS_SUCCESS) {
        vault->used_ms = clock_monotonic_ms();
    }
    if (exchange->request->action == KC_ACTION_ADMIN) {
        settle_proof(vault, exchange);
    }
    if (exchange->request->action == KC_ACTION_LOCK && vault->is_locked) {
        admin_sessions_clear(&vault->sessions);
        struct config_guard none = {.key = NULL};
        config_watch(vault->daemon->config, &none);
        log_line(&vault->daemon->log, "locked");
    }
}

/* Time */

/* Only this daemon changes the slots while it runs. */
static void look_at_slots(struct vault *vault) {
    struct file_stamp stamp;
    if (!vault_has_passphrase(vault) || file_stamp(vault->places.slots, &stamp) != KC_OK ||
        vault->is_busy || file_stamp_equal(&stamp, &vault->slots_stamp)) {
        return;
    }
    vault->slots_stamp = stamp;
    (void)snprintf(vault->slots_notice, sizeof vault->slots_notice,
                   "the file of key slots was changed by another program; this daemon keeps to "
                   "those it knows; write them anew with: keychain-auth passphrase change");
    vault_report(vault, "slots_changed", vault->slots_notice);
}

static void on_timer(uv_timer_t *timer) {
    struct vault *vault = timer->data;
    uint64_t now_ms = clock_monotonic_ms();
    bool is_open = !vault->is_locked && !vault->daemon->is_stopping;
    look_at_slots(vault);
    if (is_open && vault->idle_ms > 0 && now_ms - vault->used_ms >= vault->idle_ms) {
        vault->is_locked = submit_own(vault, KC_ACTION_LOCK, VAULT_IDLE, NULL);
    } else if (is_open && now_ms - vault->remembered_ms >= REMEMBER_MS) {
        vault_remember(vault);
    }
}

/* Opening, closing, telling */

static void on_closed(uv_handle_t *handle) {
    struct vault *vault = handle->data;
    admin_sessions_clear(&vault->sessions);
    keyslots_free(vault->slots);
    free(vault);
}

static enum kc_error begin(struct vault *vault) {
    const struct worker_plan plan = {.threads = 1, .bound = 1, .run = run_work};
    (void)uv_timer_init(vault->daemon->loop, &vault->timer);
    enum kc_error error = worker_open(vault->daemon->loop, &plan, &vault->worker);
    if (error == KC_OK &&
        uv_timer_start(&vault->timer, on_timer, LOOK_INTERVAL_MS, LOOK_INTERVAL_MS) != 0) {
        error = KC_IO;
    }
    return error;
}

/* A key file that was kept beside a passphrase: open from the beginning, and sealed. */
static enum kc_error begin_open(struct vault *vault, struct dispatch *dispatch) {
    KC_AUTO(vault_work) work = NULL;
    enum kc_error error = vault_work_new(NULL, &work);
    if (error == KC_OK) {
        vault_turn_compare(dispatch, work);
        take_findings(vault, work);
    }
    return error;
}

enum kc_error vault_open(struct daemon *daemon, const struct vault_places *places,
                         struct keyslots **take_slots, struct dispatch *dispatch) {
    struct vault *vault = calloc(1, sizeof *vault);
    if (vault == NULL) {
        keyslots_free(*take_slots);
        *take_slots = NULL;
        return KC_NO_MEMORY;
    }
    vault->daemon = daemon;
    vault->places = *places;
    vault->slots = *take_slots;
    *take_slots = NULL;
    vault->is_locked = dispatch->key == NULL;
    vault->timer.data = vault;
    enum kc_error error = begin(vault);
    if (error == KC_OK) {
        error = file_stamp(places->slots, &vault->slots_stamp);
    }
    if (error == KC_OK && !vault->is_locked && vault_has_passphrase(vault)) {
        error = begin_open(vault, dispatch);
    }
    if (error != KC_OK) {
        vault_close(vault);
        return error;
    }
    daemon->vault = vault;
    return KC_OK;
}

void vault_close(struct vault *vault) {
    if (vault != NULL) {
        worker_close(vault->worker);
        uv_close((uv_handle_t *)&vault->timer, on_closed);
    }
}

enum kc_error vault_describe(const struct vault *vault, struct attributes *attributes) {
    char passphrases[24];
    (void)snprintf(passphrases, sizeof passphrases, "%zu",
                   vault->slots != NULL ? keyslots_count(vault->slots, KEYSLOT_PASSPHRASE) : 0);
    const struct attribute rows[] = {
        {"lock", !vault_has_passphrase(vault) ? "none"
                 : vault->is_locked           ? "locked"
                                              : "unlocked"},
        {"passphrases", passphrases},
        {"key_file", has_key_file(vault) ? "yes" : "no"},
        {"policy_seal", !vault_has_passphrase(vault)                      ? "none"
                        : vault->is_locked                                ? "locked"
                        : config_notice(vault->daemon->config)[0] != '\0' ? "BROKEN"
                                                                          : "sealed"},
        {"slots_state", vault->slots_notice[0] != '\0' ? (char *)vault->slots_notice : "ok"},
        {"record_state", vault->record_notice[0] != '\0' ? (char *)vault->record_notice : "ok"},
        {"administration", vault_has_passphrase(vault)
                               ? "needs the passphrase, or a session (keychain-auth admin)"
                               : "open to your own processes (no passphrase)"},
    };
    enum kc_error error = KC_OK;
    for (size_t i = 0; error == KC_OK && i < sizeof rows / sizeof rows[0]; i++) {
        error = attributes_add(attributes, rows[i].name, rows[i].value);
    }
    return error;
}
