/* SPDX-License-Identifier: MIT */
/* The vault's beginning and end, what it does by itself as time passes, and what it tells. */
#include "daemon/vault.h"

#include "daemon/config.h"
#include "daemon/daemon.h"
#include "daemon/dispatch.h"
#include "daemon/keyslot.h"
#include "daemon/store.h"
#include "daemon/vault_internal.h"
#include "daemon/vault_turn.h"
#include "daemon/vault_work.h"
#include "daemon/worker.h"
#include "libkc/attributes.h"
#include "platform/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_INTERVAL_MS 1000  /* how late it may notice that its time has come */
#define REMEMBER_MS      30000 /* how much of the record may be cut off unseen after a crash */

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

static void on_closed(uv_handle_t *handle) {
    struct vault *vault = handle->data;
    admin_sessions_clear(&vault->sessions);
    keyslots_free(vault->slots);
    free(vault);
}

static enum kc_error begin(struct vault *vault) {
    const struct worker_plan plan = {.threads = 1, .bound = 1, .run = vault_run_work};
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
        vault_take_findings(vault, work);
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
        {"key_file", vault_has_key_file(vault) ? "yes" : "no"},
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
