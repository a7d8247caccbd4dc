/* SPDX-License-Identifier: MIT */
/*
 * Locked or open as the loop knows it. The flag goes to "locked" as soon as somebody may lock,
 * and to "open" only when the store's worker has the key; in between the worker answers by
 * itself.
 */
#include "daemon/vault.h"

#include "daemon/config.h"
#include "daemon/daemon.h"
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

#include <uv.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_INTERVAL_MS 500 /* how late it may notice that its time has come */
#define LOCKED_SENTENCE  "the keychain is locked; unlock it with: keychain-auth unlock"

struct vault {
    struct daemon *daemon;
    struct keyslots *slots; /* NULL: nothing is kept */
    bool is_locked;
    bool is_busy; /* a passphrase is with the worker or the store */
    struct patience patience;
    struct worker *worker;
    uv_timer_t timer;
    uint64_t idle_ms; /* how long nobody may ask before it locks; 0: for ever */
    uint64_t used_ms; /* when somebody did */
};

static void lock_by_itself(struct vault *vault);

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

bool vault_is_shut_for(const struct vault *vault, struct exchange *exchange) {
    enum kc_action action = exchange->request->action;
    bool needs_key = action != KC_ACTION_STATUS && action != KC_ACTION_STOP &&
                     action != KC_ACTION_UNLOCK && action != KC_ACTION_LOCK &&
                     action != KC_ACTION_PASSPHRASE;
    if (!vault->is_locked || !needs_key) {
        return false;
    }
    refuse(exchange, KC_REASON_LOCKED, LOCKED_SENTENCE);
    return true;
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
    return may_try(vault, exchange) ? try_passphrase(vault, exchange) : to_store(vault, exchange);
}

/* What has become of it. */

static uint64_t idle_of(const struct request *request) {
    const char *text = attributes_get(&request->attributes, "timeout_s");
    uint64_t seconds = 0;
    return text != NULL && parse_unsigned(text, KC_UNLOCK_MAX_S, &seconds) == KC_OK ? seconds * 1000
                                                                                    : 0;
}

static void settle_work(struct vault *vault, const struct exchange *exchange) {
    struct vault_work *work = exchange->work;
    if (exchange->outcome.status != KC_STATUS_SUCCESS) {
        return;
    }
    if (exchange->request->action == KC_ACTION_UNLOCK) {
        vault->is_locked = false;
        vault->idle_ms = idle_of(exchange->request);
    }
    if (work->changes_slots) {
        keyslots_free(vault->slots);
        vault->slots = work->slots;
        work->slots = NULL;
    }
}

void vault_settle(struct vault *vault, const struct exchange *exchange) {
    if (exchange->work != NULL) {
        vault->is_busy = false;
        settle_work(vault, exchange);
    }
    bool is_use = exchange->request->service != NULL || exchange->work != NULL;
    if (is_use && exchange->outcome.status == KC_STATUS_SUCCESS) {
        vault->used_ms = clock_monotonic_ms();
    }
    if (exchange->request->action == KC_ACTION_LOCK) {
        log_line(&vault->daemon->log, "locked");
    }
}

/* Time */

static void on_timer(uv_timer_t *timer) {
    struct vault *vault = timer->data;
    bool is_idle = vault->idle_ms > 0 && !vault->is_locked && !vault->daemon->is_stopping &&
                   clock_monotonic_ms() - vault->used_ms >= vault->idle_ms;
    if (is_idle) {
        lock_by_itself(vault);
    }
}

/* The same turn as anybody's lock; nobody waits for its answer. */
static void lock_by_itself(struct vault *vault) {
    struct exchange *exchange = calloc(1, sizeof *exchange);
    struct request *request = calloc(1, sizeof *request);
    if (exchange == NULL || request == NULL) {
        free(exchange);
        free(request);
        return; /* the next look tries again */
    }
    request->type = KC_TYPE_ADMIN;
    request->action = KC_ACTION_LOCK;
    exchange->request = request;
    exchange->started_ms = clock_monotonic_ms();
    exchange->decision.verdict = VERDICT_ALLOWED;
    if (store_submit(vault->daemon->store, exchange) == KC_OK) {
        vault->is_locked = true;
    } else {
        free(request);
        free(exchange);
    }
}

/* Opening, closing, telling */

static void on_closed(uv_handle_t *handle) {
    struct vault *vault = handle->data;
    keyslots_free(vault->slots);
    free(vault);
}

enum kc_error vault_open(struct daemon *daemon, struct keyslots **take_slots, bool is_locked,
                         struct vault **ret_vault) {
    struct vault *vault = calloc(1, sizeof *vault);
    if (vault == NULL) {
        keyslots_free(*take_slots);
        *take_slots = NULL;
        return KC_NO_MEMORY;
    }
    vault->daemon = daemon;
    vault->slots = *take_slots;
    *take_slots = NULL;
    vault->is_locked = is_locked;
    vault->timer.data = vault;
    (void)uv_timer_init(daemon->loop, &vault->timer);
    const struct worker_plan plan = {.threads = 1, .bound = 1, .run = run_work};
    enum kc_error error = worker_open(daemon->loop, &plan, &vault->worker);
    if (error == KC_OK &&
        uv_timer_start(&vault->timer, on_timer, LOOK_INTERVAL_MS, LOOK_INTERVAL_MS) != 0) {
        error = KC_IO;
    }
    if (error != KC_OK) {
        vault_close(vault);
        return error;
    }
    *ret_vault = vault;
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
