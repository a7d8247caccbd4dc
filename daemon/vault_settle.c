/* SPDX-License-Identifier: MIT */
/* The consequences of what the store's worker did, on the loop's side. */
#include "daemon/vault.h"

#include "daemon/config.h"
#include "daemon/daemon.h"
#include "daemon/keyslot.h"
#include "daemon/reply.h"
#include "daemon/session.h"
#include "daemon/vault_internal.h"
#include "daemon/vault_work.h"
#include "libkc/attributes.h"
#include "libkc/parse.h"
#include "platform/clock.h"
#include "platform/peer.h"

#include <string.h>

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

static void take_guard(struct vault *vault, struct vault_work *work) {
    if (work->policy_key != NULL) {
        struct config_guard guard = {
            .key = work->policy_key, .counter = work->counter, .copy_path = vault->places.copy};
        work->policy_key = NULL;
        config_watch(vault->daemon->config, &guard);
    }
}

/* What the worker found becomes what the loop goes by. */
void vault_take_findings(struct vault *vault, struct vault_work *work) {
    take_guard(vault, work);
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
    if (exchange->request->action == KC_ACTION_UNLOCK) {
        vault_take_findings(vault, work);
        return;
    }
    /* Nobody looked at slots and record: what was told of them stays. */
    take_guard(vault, work);
    if (work->is_remembered_again) {
        vault->record_notice[0] = '\0';
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
    if (exchange->request->action == KC_ACTION_LOCK &&
        exchange->outcome.status == KC_STATUS_SUCCESS) {
        vault->is_locked = true; /* an unlock may have come back in between */
        admin_sessions_clear(&vault->sessions);
        struct config_guard none = {.key = NULL};
        config_watch(vault->daemon->config, &none);
        log_line(&vault->daemon->log, "locked");
    }
}
