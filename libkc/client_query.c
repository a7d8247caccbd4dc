/* SPDX-License-Identifier: MIT */
/* From the public query to a request; what a request may hold is for message_rules.c. */
#include "libkc/client_query.h"

#include "libkc/keychain-auth.h"
#include "libkc/message.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <stdlib.h>
#include <string.h>

static enum kc_error read_words(const struct kc_query *query, struct request *request) {
    if (query->action == NULL) {
        return KC_INVALID;
    }
    request->type = query->administration != 0 ? KC_TYPE_ADMIN : KC_TYPE_REQUEST;
    request->action = kc_action_parse(query->action);
    request->match = query->match == NULL ? KC_MATCH_EXACT : kc_match_parse(query->match);
    if (request->action == KC_ACTION_COUNT || request->match == KC_MATCH_COUNT) {
        return KC_INVALID;
    }
    request->base64 = request->action == KC_ACTION_READ;
    if (query->service != NULL) {
        request->service = strdup(query->service);
        return request->service == NULL ? KC_NO_MEMORY : KC_OK;
    }
    return KC_OK;
}

static enum kc_error read_targets(const struct kc_query *query, struct request *request) {
    if (query->target_count > KC_TARGETS_MAX ||
        (query->target_count > 0 && query->targets == NULL)) {
        return KC_INVALID;
    }
    request->targets = calloc(query->target_count + 1, sizeof *request->targets);
    if (request->targets == NULL) {
        return KC_NO_MEMORY;
    }
    for (size_t i = 0; i < query->target_count; i++) {
        if (query->targets[i] == NULL) {
            return KC_INVALID;
        }
        request->targets[i] = strdup(query->targets[i]);
        if (request->targets[i] == NULL) {
            return KC_NO_MEMORY;
        }
        request->target_count++;
    }
    return KC_OK;
}

static enum kc_error read_values(const struct kc_query *query, struct request *request) {
    if (query->values == NULL) {
        return KC_OK;
    }
    if (query->value_lengths == NULL) {
        return KC_INVALID;
    }
    request->values = calloc(request->target_count + 1, sizeof *request->values);
    if (request->values == NULL) {
        return KC_NO_MEMORY;
    }
    for (size_t i = 0; i < request->target_count; i++) {
        size_t length = query->value_lengths[i];
        if (length > KC_VALUE_MAX || (length > 0 && query->values[i] == NULL)) {
            return KC_INVALID;
        }
        enum kc_error error = secret_new_copy(query->values[i], length, &request->values[i]);
        if (error != KC_OK) {
            return error;
        }
        request->value_count++;
        request->base64 = request->base64 || !parse_is_utf8(query->values[i], length);
    }
    return KC_OK;
}

static enum kc_error read_attributes(const struct kc_query *query, struct request *request) {
    if (query->attribute_count > KC_ATTRIBUTES_MAX ||
        (query->attribute_count > 0 && query->attributes == NULL)) {
        return KC_INVALID;
    }
    for (size_t i = 0; i < query->attribute_count; i++) {
        const char *name = query->attributes[2 * i];
        const char *value = query->attributes[2 * i + 1];
        if (name == NULL || value == NULL) {
            return KC_INVALID;
        }
        enum kc_error error = attributes_add(&request->attributes, name, value);
        if (error != KC_OK) {
            return error == KC_NO_MEMORY ? error : KC_INVALID;
        }
    }
    return KC_OK;
}

enum kc_error client_query_read(const struct kc_query *query, struct request **ret_request) {
    KC_AUTO(request) request = calloc(1, sizeof *request);
    if (request == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = read_words(query, request);
    if (error == KC_OK) {
        error = read_targets(query, request);
    }
    if (error == KC_OK) {
        error = read_values(query, request);
    }
    if (error == KC_OK) {
        error = read_attributes(query, request);
    }
    if (error != KC_OK) {
        return error;
    }
    *ret_request = request;
    request = NULL;
    return KC_OK;
}

enum kc_error client_query_write(const struct request *request, struct secret **ret_line) {
    KC_AUTO(secret) line = NULL;
    enum kc_error error = message_check_request(request);
    if (error == KC_OK) {
        error = message_write_request(request, &line);
    }
    if (error == KC_OK && secret_length(line) > KC_LINE_MAX) {
        error = KC_TOO_BIG;
    }
    if (error == KC_OK) {
        *ret_line = line;
        line = NULL;
    }
    return error;
}
