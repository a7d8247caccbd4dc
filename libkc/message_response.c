/* SPDX-License-Identifier: MIT */
/*
 * Answers: how the daemon writes them, how a client reads them. The client believes the
 * daemon, but not that a line is whole and well-formed.
 */
#include "libkc/message.h"

#include "libkc/message_internal.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <stdlib.h>
#include <string.h>

static const char response_word[] = "RESPONSE";

static enum kc_error read_hello(const json_t *object, struct response *response) {
    const json_t *version = json_object_get(object, "version");
    if (!json_is_integer(version) || json_integer_value(version) != KC_PROTOCOL_VERSION) {
        return KC_INVALID;
    }
    response->type = KC_TYPE_HELLO;
    return response->nonce[0] == '\0' ? KC_INVALID : KC_OK;
}

static enum kc_error read_outcome(const json_t *object, struct response *response) {
    const char *status = NULL;
    const char *reason = NULL;
    const char *message = NULL;
    enum kc_error error = message_read_text(object, "status", NULL, &status);
    if (error == KC_OK) {
        error = message_read_text(object, "reason", NULL, &reason);
    }
    if (error == KC_OK) {
        error = message_read_text(object, "message", NULL, &message);
    }
    if (error != KC_OK) {
        return error;
    }
    response->status = status == NULL ? KC_STATUS_COUNT : kc_status_parse(status);
    response->reason = reason == NULL ? KC_REASON_NONE : kc_reason_parse(reason);
    if (response->status == KC_STATUS_COUNT || response->reason == KC_REASON_COUNT) {
        return KC_INVALID;
    }
    if (message != NULL) {
        response->message = strdup(message);
        return response->message == NULL ? KC_NO_MEMORY : KC_OK;
    }
    return KC_OK;
}

static enum kc_error read_result(const json_t *object, bool base64, struct result *result) {
    const json_t *target = json_object_get(object, "target");
    const json_t *value = json_object_get(object, "value");
    enum kc_error error = message_read_name(target, "target", KC_TARGET_MAX, NULL, &result->target);
    if (error == KC_OK && result->target[0] == '\0') {
        error = KC_INVALID;
    }
    if (error == KC_OK && value != NULL) {
        error = message_read_value(value, "value", base64, NULL, &result->value);
    }
    if (error == KC_OK) {
        error = message_read_attributes(object, NULL, &result->attributes);
    }
    return error;
}

static enum kc_error read_results(const json_t *object, struct response *response) {
    const json_t *array = NULL;
    enum kc_error error = message_read_array(object, "results", NULL, &array);
    size_t count = json_array_size(array);
    if (error != KC_OK || count == 0) {
        return error;
    }
    response->results = calloc(count, sizeof *response->results);
    if (response->results == NULL) {
        return KC_NO_MEMORY;
    }
    for (size_t i = 0; i < count && error == KC_OK; i++) {
        response->result_count++;
        error = read_result(json_array_get(array, i), response->base64, &response->results[i]);
    }
    return error;
}

static enum kc_error read_response(const json_t *object, struct response *response) {
    const char *type = NULL;
    enum kc_error error = message_read_text(object, "type", NULL, &type);
    if (error == KC_OK) {
        error = message_read_nonce(object, NULL, response->nonce);
    }
    if (error == KC_OK) {
        error = message_read_id(object, NULL, &response->id);
    }
    if (error != KC_OK || type == NULL) {
        return error == KC_OK ? KC_INVALID : error;
    }
    if (strcmp(type, kc_type_word(KC_TYPE_HELLO)) == 0) {
        return read_hello(object, response);
    }
    response->type = KC_TYPE_REQUEST;
    if (strcmp(type, response_word) != 0) {
        return KC_INVALID;
    }
    error = message_read_encoding(object, NULL, &response->base64);
    if (error == KC_OK) {
        error = read_outcome(object, response);
    }
    if (error == KC_OK) {
        error = read_results(object, response);
    }
    return error;
}

enum kc_error message_parse_response(const char *text, size_t length,
                                     struct response **ret_response) {
    KC_AUTO(json_t) object = NULL;
    enum kc_error error = message_load(text, length, NULL, &object);
    if (error != KC_OK) {
        return error;
    }
    KC_AUTO(response) response = calloc(1, sizeof *response);
    if (response == NULL) {
        return KC_NO_MEMORY;
    }
    error = read_response(object, response);
    if (error != KC_OK) {
        return error;
    }
    *ret_response = response;
    response = NULL;
    return KC_OK;
}

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

void result_clear(struct result *result) {
    if (result == NULL) {
        return;
    }
    free(result->target);
    secret_free(result->value);
    attributes_clear(&result->attributes);
    *result = (struct result){0};
}

void response_clear(struct response *response) {
    if (response == NULL) {
        return;
    }
    for (size_t i = 0; i < response->result_count; i++) {
        result_clear(&response->results[i]);
    }
    free(response->results);
    free(response->id);
    free(response->message);
    *response = (struct response){0};
}

void response_free(struct response *response) {
    response_clear(response);
    free(response);
}
