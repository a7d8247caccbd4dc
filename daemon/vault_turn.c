/* SPDX-License-Identifier: MIT */
/* The second half of the vault's road. What fails behind its record gets a second record. */
#include "daemon/vault_turn.h"

#include "daemon/audit.h"
#include "daemon/dispatch.h"
#include "daemon/keyslot.h"
#include "daemon/reply.h"
#include "daemon/vault_work.h"
#include "libkc/message.h"
#include "libkc/secret.h"

#include <stdio.h>

bool vault_turn_takes(enum kc_action action) {
    return action == KC_ACTION_UNLOCK || action == KC_ACTION_LOCK ||
           action == KC_ACTION_PASSPHRASE || action == KC_ACTION_ADMIN;
}

/* A lock that nobody asked for has no identity to be written down. */
static enum kc_error record(struct dispatch *dispatch, struct exchange *exchange) {
    if (exchange->identity != NULL) {
        return audit_append(dispatch->audit, &exchange, 1);
    }
    const struct audit_note note = {.event = kc_action_word(exchange->request->action),
                                    .message = "nothing was asked for the time that was set"};
    return audit_note(dispatch->audit, &note);
}

static enum kc_error unlock(struct dispatch *dispatch, struct exchange *exchange,
                            char why[KC_MESSAGE_MAX]) {
    (void)why;
    secret_free(dispatch->key);
    dispatch->key = exchange->work->key;
    exchange->work->key = NULL;
    return KC_OK;
}

static enum kc_error lock(struct dispatch *dispatch, struct exchange *exchange,
                          char why[KC_MESSAGE_MAX]) {
    (void)exchange;
    (void)why;
    secret_free(dispatch->key);
    dispatch->key = NULL;
    return KC_OK;
}

static enum kc_error change_passphrase(struct dispatch *dispatch, struct exchange *exchange,
                                       char why[KC_MESSAGE_MAX]) {
    return keyslot_save(dispatch->slots_path, exchange->work->slots, why);
}

static enum kc_error act(struct dispatch *dispatch, struct exchange *exchange,
                         char why[KC_MESSAGE_MAX]) {
    switch (exchange->request->action) {
    case KC_ACTION_UNLOCK:
        return unlock(dispatch, exchange, why);
    case KC_ACTION_LOCK:
        return lock(dispatch, exchange, why);
    case KC_ACTION_PASSPHRASE:
        return change_passphrase(dispatch, exchange, why);
    default:
        return KC_OK; /* what was asked for is the loop's to give */
    }
}

void vault_turn(struct dispatch *dispatch, struct exchange *exchange) {
    char why[KC_MESSAGE_MAX] = "";
    reply_translate(KC_OK, NULL, &exchange->outcome);
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
