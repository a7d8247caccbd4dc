/* SPDX-License-Identifier: MIT */
/*
 * Requests as a line, for clients. It writes what it is given: whether the daemon will take it
 * is the business of message_request.c.
 */
#include "libkc/message.h"

#include "libkc/message_internal.h"
#include "libkc/secret.h"

#include <string.h>

static enum kc_error put_targets(json_t *object, const struct request *request) {
    if (request->target_count == 0) {
        return KC_OK;
    }
    KC_AUTO(json_t) array = json_array();
    enum kc_error error = KC_OK;
    for (size_t i = 0; i < request->target_count && error == KC_OK; i++) {
        json_t *json = NULL;
        error = message_make_value(request->targets[i], strlen(request->targets[i]), false, &json);
        if (error == KC_OK) {
            error = message_append_new(array, json);
        }
    }
    return error == KC_OK ? message_put_new(object, "targets", json_incref(array)) : error;
}

static enum kc_error put_values(json_t *object, const struct request *request) {
    if (request->value_count == 0) {
        return KC_OK;
    }
    KC_AUTO(json_t) array = json_array();
    enum kc_error error = KC_OK;
    for (size_t i = 0; i < request->value_count && error == KC_OK; i++) {
        json_t *json = NULL;
        error = message_make_value(secret_view(request->values[i]),
                                   secret_length(request->values[i]), request->base64, &json);
        if (error == KC_OK) {
            error = message_append_new(array, json);
        }
    }
    return error == KC_OK ? message_put_new(object, "values", json_incref(array)) : error;
}

static enum kc_error put_item_fields(json_t *object, const struct request *request) {
    enum kc_error error = message_put_text(object, "action", kc_action_word(request->action));
    if (error == KC_OK) {
        error = message_put_text(object, "service", request->service);
    }
    if (error == KC_OK && request->match != KC_MATCH_EXACT) {
        error = message_put_text(object, "match", kc_match_word(request->match));
    }
    if (error == KC_OK) {
        error = put_targets(object, request);
    }
    if (error == KC_OK) {
        error = put_values(object, request);
    }
    if (error == KC_OK) {
        error = message_put_attributes(object, &request->attributes);
    }
    return error;
}

enum kc_error message_write_request(const struct request *request, struct secret **ret_line) {
    KC_AUTO(json_t) object = json_object();
    enum kc_error error = message_put_text(object, "type", kc_type_word(request->type));
    if (error == KC_OK && request->type != KC_TYPE_HELLO) {
        error = put_item_fields(object, request);
    }
    if (error == KC_OK) {
        error = message_put_encoding(object, request->base64);
    }
    if (error == KC_OK) {
        error = message_put_text(object, "nonce", request->nonce);
    }
    if (error == KC_OK) {
        error = message_put_id(object, request->id);
    }
    /* What is too long for the daemon is for the caller to notice; this is only a bound. */
    return error == KC_OK ? message_dump(object, KC_ANSWER_MAX, ret_line) : error;
}
