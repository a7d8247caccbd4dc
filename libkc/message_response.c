/* SPDX-License-Identifier: MIT */
/* Answers, as the daemon writes them; message_answer.c reads them. */
#include "libkc/message.h"

#include "libkc/message_internal.h"
#include "libkc/secret.h"

static const char response_word[] = "RESPONSE";

static enum kc_error put_result(json_t *array, const struct result *result, bool base64) {
    KC_AUTO(json_t) object = json_object();
    enum kc_error error = message_put_text(object, "target", result->target);
    if (error == KC_OK && result->value != NULL) {
        json_t *json = NULL;
        error = message_make_value(secret_view(result->value), secret_length(result->value), base64,
                                   &json);
        if (error == KC_OK) {
            error = message_put_new(object, "value", json);
        }
    }
    if (error == KC_OK) {
        error = message_put_attributes(object, &result->attributes);
    }
    return error == KC_OK ? message_append_new(array, json_incref(object)) : error;
}

static enum kc_error put_results(json_t *object, const struct response *response) {
    KC_AUTO(json_t) array = json_array();
    enum kc_error error = KC_OK;
    if (response->result_count == 0 && response->status != KC_STATUS_SUCCESS) {
        return KC_OK;
    }
    for (size_t i = 0; i < response->result_count && error == KC_OK; i++) {
        error = put_result(array, &response->results[i], response->base64);
    }
    return error == KC_OK ? message_put_new(object, "results", json_incref(array)) : error;
}

static enum kc_error put_outcome(json_t *object, const struct response *response) {
    enum kc_error error = message_put_text(object, "status", kc_status_word(response->status));
    if (error == KC_OK) {
        error = message_put_text(object, "reason", kc_reason_word(response->reason));
    }
    if (error == KC_OK) {
        error = message_put_text(object, "message", response->message);
    }
    if (error == KC_OK) {
        error = message_put_encoding(object, response->base64);
    }
    return error;
}

enum kc_error message_write_response(const struct response *response, struct secret **ret_line) {
    bool is_hello = response->type == KC_TYPE_HELLO;
    KC_AUTO(json_t) object = json_object();
    enum kc_error error =
        message_put_text(object, "type", is_hello ? kc_type_word(KC_TYPE_HELLO) : response_word);
    if (error == KC_OK) {
        error = is_hello ? message_put_new(object, "version", json_integer(KC_PROTOCOL_VERSION))
                         : put_outcome(object, response);
    }
    if (error == KC_OK) {
        error = message_put_text(object, "nonce", response->nonce);
    }
    if (error == KC_OK) {
        error = message_put_id(object, response->id);
    }
    if (error == KC_OK && !is_hello) {
        error = put_results(object, response);
    }
    return error == KC_OK ? message_dump(object, KC_ANSWER_MAX, ret_line) : error;
}
