/* SPDX-License-Identifier: MIT */
/*
 * What a request may hold, as a client knows it before it sends one. message_request.c has the same
 * rules with a sentence for each; that the two agree is proved by tests/unit/test_message.c and
 * by what tests/fuzz/fuzz_message.c finds.
 */
#include "libkc/message.h"

#include "libkc/parse.h"
#include "libkc/secret.h"

#include <stdlib.h>
#include <string.h>

bool message_has_no_item(enum kc_action action) {
    return action == KC_ACTION_GRANTS || action == KC_ACTION_STATUS || action == KC_ACTION_STOP ||
           action == KC_ACTION_LOCK;
}

bool message_has_named_values(enum kc_action action) {
    return action == KC_ACTION_UNLOCK || action == KC_ACTION_PASSPHRASE ||
           action == KC_ACTION_ADMIN || action == KC_ACTION_POLICY;
}

bool message_action_fits(enum kc_type type, enum kc_action action) {
    if (!message_has_no_item(action) && !message_has_named_values(action)) {
        return action < KC_ACTION_COUNT;
    }
    return (type == KC_TYPE_REQUEST) == (action == KC_ACTION_GRANTS);
}

static bool is_name(const char *name, size_t max) {
    return name != NULL && parse_name(name, strlen(name), max) == KC_OK;
}

/* An empty one isn't written. */
static bool has_service(const struct request *request) {
    return request->service != NULL && request->service[0] != '\0';
}

/* An empty one is a prefix of everything. */
static bool are_targets_good(const struct request *request) {
    bool is_prefix = request->match == KC_MATCH_PREFIX || request->action == KC_ACTION_SEARCH;
    for (size_t i = 0; i < request->target_count; i++) {
        const char *target = request->targets[i];
        if (!(is_prefix && target[0] == '\0') && !is_name(target, KC_TARGET_MAX)) {
            return false;
        }
    }
    return request->target_count <= KC_TARGETS_MAX;
}

static bool are_values_good(const struct request *request) {
    for (size_t i = 0; i < request->value_count; i++) {
        const struct secret *value = request->values[i];
        if (secret_length(value) > KC_VALUE_MAX ||
            (!request->base64 && !parse_is_utf8(secret_view(value), secret_length(value)))) {
            return false;
        }
    }
    bool has_values =
        request->action == KC_ACTION_WRITE || message_has_named_values(request->action);
    return request->value_count == (has_values ? request->target_count : 0);
}

static bool is_item_good(const struct request *request) {
    bool is_exact = request->match == KC_MATCH_EXACT;
    if (message_has_named_values(request->action)) {
        return !has_service(request) && is_exact;
    }
    return is_name(request->service, KC_SERVICE_MAX) && request->match < KC_MATCH_COUNT &&
           (is_exact || request->action != KC_ACTION_WRITE) &&
           (request->target_count > 0 || request->action == KC_ACTION_SEARCH);
}

enum kc_error message_check_request(const struct request *request) {
    if (request->type == KC_TYPE_HELLO) {
        return KC_OK;
    }
    if (request->type >= KC_TYPE_COUNT || !message_action_fits(request->type, request->action)) {
        return KC_INVALID;
    }
    if (message_has_no_item(request->action)) {
        bool is_bare = !has_service(request) && request->match == KC_MATCH_EXACT &&
                       request->target_count == 0 && request->value_count == 0 &&
                       request->attributes.count == 0;
        return is_bare ? KC_OK : KC_INVALID;
    }
    bool is_good = is_item_good(request) && are_targets_good(request) && are_values_good(request);
    return is_good ? KC_OK : KC_INVALID;
}

void request_free(struct request *request) {
    if (request == NULL) {
        return;
    }
    for (size_t i = 0; i < request->target_count; i++) {
        free(request->targets[i]);
    }
    for (size_t i = 0; i < request->value_count; i++) {
        secret_free(request->values[i]);
    }
    free(request->targets);
    free(request->values);
    free(request->id);
    free(request->service);
    attributes_clear(&request->attributes);
    free(request);
}
