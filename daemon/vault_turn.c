/* SPDX-License-Identifier: MIT */
/* The second half of the vault's road. What fails behind its record gets a second record. */
#include "daemon/vault_turn.h"

#include "daemon/audit.h"
#include "daemon/audit_head.h"
#include "daemon/config.h"
#include "daemon/config_order.h"
#include "daemon/config_seal.h"
#include "daemon/dispatch.h"
#include "daemon/keyslot.h"
#include "daemon/reply.h"
#include "daemon/seal.h"
#include "daemon/store/backend.h"
#include "daemon/vault_seal.h"
#include "daemon/vault_work.h"
#include "libkc/message.h"
#include "libkc/secret.h"
#include "platform/clock.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

bool vault_turn_takes(enum kc_action action) {
    return action == KC_ACTION_UNLOCK || action == KC_ACTION_LOCK ||
           action == KC_ACTION_PASSPHRASE || action == KC_ACTION_ADMIN ||
           action == KC_ACTION_POLICY;
}

/* What nobody asked for has no identity to be written down. */
static enum kc_error record(struct dispatch *dispatch, struct exchange *exchange) {
    static const char *const idle = "nothing was asked for the time that was set";
    const struct vault_work *work = exchange->work;
    if (exchange->identity != NULL) {
        return audit_append(dispatch->audit, &exchange, 1);
    }
    assert(work != NULL);
    const struct audit_note note = {
        .event = work->purpose == VAULT_IDLE ? "lock" : work->event,
        .message = work->purpose == VAULT_IDLE ? idle : work->message,
        .result = work->purpose == VAULT_IDLE ? NULL : "error",
    };
    return audit_note(dispatch->audit, &note);
}

static enum kc_error unlock(struct dispatch *dispatch, struct exchange *exchange,
                            char why[KC_MESSAGE_MAX]) {
    struct vault_work *work = exchange->work;
    (void)why;
    secret_free(dispatch->key);
    dispatch->key = work->key;
    work->key = NULL;
    vault_turn_compare(dispatch, work);
    return KC_OK;
}

static enum kc_error lock(struct dispatch *dispatch, struct exchange *exchange,
                          char why[KC_MESSAGE_MAX]) {
    (void)exchange;
    (void)why;
    if (dispatch->is_sealed) {
        vault_seal_remember(dispatch); /* a lock that can't be remembered is one all the same */
    }
    secret_free(dispatch->key);
    dispatch->key = NULL;
    dispatch->is_sealed = false;
    return KC_OK;
}

/* Policy */

static void note_order(const struct config_order *order, const struct exchange *exchange,
                       struct audit_note *ret_note) {
    *ret_note = (struct audit_note){
        .event = order->event,
        .action = order->action,
        .binary_path = order->change.path,
        .binary_hash = order->change.hash,
        .message = order->message,
        .pid = exchange->identity->pid,
    };
}

/* As the commands do it where no passphrase is set: written down, made, and written down again
 * when it failed. */
static enum kc_error make_change(struct dispatch *dispatch, const struct exchange *exchange,
                                 struct config_order *order, char report[KC_MESSAGE_MAX]) {
    struct audit_note note;
    note_order(order, exchange, &note);
    if (audit_note(dispatch->audit, &note) != KC_OK) {
        return KC_IO;
    }
    order->change.now_us = clock_wall_us();
    bool was_gone = dispatch->is_sealed && dispatch->seal.slots_count == 0;
    enum kc_error error = vault_seal_change(dispatch, &order->change, report);
    assert(exchange->work != NULL);
    if (error == KC_OK && dispatch->is_sealed) {
        exchange->work->is_remembered_again = was_gone;
        exchange->work->counter = dispatch->seal.counter;
        error = config_seal_key(dispatch->key, &exchange->work->policy_key);
    }
    if (error == KC_OK) {
        return KC_OK;
    }
    note.result = "error";
    note.message = report;
    if (audit_note(dispatch->audit, &note) != KC_OK) {
        (void)snprintf(report + strlen(report), KC_MESSAGE_MAX - strlen(report),
                       "; the record can't tell that it failed");
    }
    return error;
}

static void change_policy(struct dispatch *dispatch, struct exchange *exchange) {
    KC_AUTO(config_order) order = NULL;
    char report[KC_MESSAGE_MAX] = "";
    const struct secret *text = vault_work_value(exchange->request, "change");
    enum kc_error error = text != NULL ? config_order_parse((const char *)secret_view(text),
                                                            secret_length(text), &order, report)
                                       : KC_INVALID;
    if (error == KC_OK) {
        error = make_change(dispatch, exchange, order, report);
        if (error == KC_IO && report[0] == '\0') {
            reply_refuse(KC_REASON_AUDIT_UNAVAILABLE,
                         "the record can't be written, so nothing was changed", &exchange->outcome);
            return;
        }
    }
    /* That it is there already, otherwise, or that a helper can't have rights, is an answer, and no
     * fault of ours. */
    bool is_answer = error == KC_EXISTS || error == KC_DENIED;
    reply_translate(is_answer ? KC_NOT_FOUND : error, report, &exchange->outcome);
}

/* The slots are believed to be those of this key; a proof isn't built on that. */
static enum kc_error check_proof(const struct dispatch *dispatch, const struct vault_work *work) {
    if (work == NULL) {
        return KC_OK; /* a session is to end */
    }
    bool is_same = dispatch->key != NULL && secret_equal(dispatch->key, work->key);
    return is_same ? KC_OK : KC_LOCKED;
}

static enum kc_error act(struct dispatch *dispatch, struct exchange *exchange,
                         char why[KC_MESSAGE_MAX]) {
    switch (exchange->request->action) {
    case KC_ACTION_UNLOCK:
        return unlock(dispatch, exchange, why);
    case KC_ACTION_LOCK:
        return lock(dispatch, exchange, why);
    case KC_ACTION_PASSPHRASE:
        return vault_seal_slots(dispatch, exchange->work, why);
    case KC_ACTION_ADMIN:
        return check_proof(dispatch, exchange->work);
    default:
        return KC_OK; /* what was asked for is the loop's to give */
    }
}

static void answer(struct dispatch *dispatch, struct exchange *exchange) {
    char why[KC_MESSAGE_MAX] = "";
    bool is_recorded = record(dispatch, exchange) == KC_OK;
    if (!is_recorded && exchange->request->action != KC_ACTION_LOCK) {
        reply_refuse(KC_REASON_AUDIT_UNAVAILABLE,
                     "the record couldn't be written, so nothing was changed; is the disk full?",
                     &exchange->outcome);
        return;
    }
    enum kc_error error = act(dispatch, exchange, why);
    if (error == KC_OK) {
        return;
    }
    reply_translate(error, why[0] != '\0' ? why : NULL, &exchange->outcome);
    if (record(dispatch, exchange) != KC_OK) {
        exchange->record.lines = 0;
    }
}

void vault_turn(struct dispatch *dispatch, struct exchange *exchange) {
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = dispatch->backend->table->refresh(dispatch->backend, why);
    (void)error; /* whoever needs the store finds out */
    reply_translate(KC_OK, NULL, &exchange->outcome);
    if (exchange->work != NULL && exchange->work->purpose == VAULT_REMEMBER) {
        if (dispatch->is_sealed) {
            vault_seal_remember(dispatch);
        }
    } else if (exchange->work != NULL && exchange->work->purpose == VAULT_REPORT) {
        error = record(dispatch, exchange);
        (void)error; /* the log has it, and there is nobody else to tell */
    } else if (exchange->request->action == KC_ACTION_POLICY) {
        change_policy(dispatch, exchange);
    } else {
        answer(dispatch, exchange);
    }
}
