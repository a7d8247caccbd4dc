/* SPDX-License-Identifier: MIT */
/* Outcome to wire. Decides nothing; looks at no policy. */
#include "daemon/reply.h"

#include "libkc/error.h"
#include "libkc/secret.h"

#include <stdio.h>
#include <string.h>

static enum kc_reason reason_of(enum kc_error error) {
    switch (error) {
    case KC_OK:
        return KC_REASON_NONE;
    case KC_NOT_FOUND:
        return KC_REASON_NOT_FOUND;
    case KC_INVALID:
    case KC_TOO_BIG:
        return KC_REASON_MALFORMED_REQUEST;
    case KC_LOCKED:
        return KC_REASON_LOCKED;
    case KC_BUSY:
    case KC_TIMEOUT:
        return KC_REASON_BUSY;
    case KC_IO:
    case KC_DAMAGED:
    case KC_UNSAFE:
    case KC_CHANGED:
    case KC_UNSUPPORTED:
        return KC_REASON_STORE_UNAVAILABLE;
    default:
        return KC_REASON_INTERNAL_ERROR;
    }
}

static enum kc_status status_of(enum kc_reason reason) {
    switch (reason) {
    case KC_REASON_NONE:
        return KC_STATUS_SUCCESS;
    case KC_REASON_UNREGISTERED_BINARY:
    case KC_REASON_ACTION_NOT_IN_POLICY:
    case KC_REASON_SERVICE_NOT_ALLOWED:
    case KC_REASON_IDENTITY_CHANGED:
    case KC_REASON_UNTRUSTED_PROCESS:
    case KC_REASON_CALLER_NOT_ALLOWED:
    case KC_REASON_ADMIN_REQUIRED:
    case KC_REASON_WRONG_PASSPHRASE:
        return KC_STATUS_DENIED;
    default:
        return KC_STATUS_ERROR;
    }
}

void reply_refuse(enum kc_reason reason, const char *message, struct outcome *ret_outcome) {
    ret_outcome->status = status_of(reason);
    ret_outcome->reason = reason;
    (void)snprintf(ret_outcome->message, sizeof ret_outcome->message, "%s", message);
}

void reply_translate(enum kc_error error, const char *message, struct outcome *ret_outcome) {
    if (message == NULL) {
        message = error == KC_OK ? "" : kc_error_text(error);
    }
    reply_refuse(reason_of(error), message, ret_outcome);
}

/* Borrows everything; never cleared. */
static struct response response_of(const struct outcome *outcome, const char *id) {
    struct response response = {
        .type = KC_TYPE_REQUEST,
        .status = outcome->status,
        .reason = outcome->reason,
        .id = (char *)id,
        .message = outcome->message[0] != '\0' ? (char *)outcome->message : NULL,
    };
    return response;
}

enum kc_error reply_write(const struct exchange *exchange, struct secret **ret_line) {
    struct response response = response_of(&exchange->outcome, exchange->request->id);
    response.base64 = exchange->request->base64;
    if (exchange->outcome.status == KC_STATUS_SUCCESS) {
        response.result_count = exchange->result_count;
        response.results = exchange->results;
    }
    return message_write_response(&response, ret_line);
}

enum kc_error reply_write_outcome(const struct outcome *outcome, const char *id, const char *nonce,
                                  struct secret **ret_line) {
    struct response response = response_of(outcome, id);
    if (nonce != NULL) {
        memcpy(response.nonce, nonce, sizeof response.nonce);
    }
    return message_write_response(&response, ret_line);
}

enum kc_error reply_write_hello(const char *nonce, const char *id, struct secret **ret_line) {
    struct response response = {.type = KC_TYPE_HELLO, .id = (char *)id};
    memcpy(response.nonce, nonce, sizeof response.nonce);
    return message_write_response(&response, ret_line);
}
