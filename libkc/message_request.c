/* SPDX-License-Identifier: MIT */
/*
 * Requests as they are read: what a client may say, rule by rule (docs/protocol.md). A `struct
 * request` that leaves this file keeps all of them, so that nobody behind it has to look again.
 */
#include "libkc/message.h"

#include "libkc/message_internal.h"
#include "libkc/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "targets[1048575]" */
#define ENTRY_SIZE 32

static enum kc_error missing(const char *field, char *why) {
    return message_refuse(why, "\"%s\" is missing", field);
}

static enum kc_error read_type(const json_t *object, struct request *request, char *why) {
    const char *word = NULL;
    enum kc_error error = message_read_text(object, "type", why, &word);
    if (error != KC_OK) {
        return error;
    }
    if (word == NULL) {
        return missing("type", why);
    }
    request->type = kc_type_parse(word);
    return request->type == KC_TYPE_COUNT ? message_refuse_word(why, "type", word) : KC_OK;
}

static enum kc_error read_action(const json_t *object, struct request *request, char *why) {
    const char *word = NULL;
    enum kc_error error = message_read_text(object, "action", why, &word);
    if (error != KC_OK) {
        return error;
    }
    if (word == NULL) {
        return missing("action", why);
    }
    request->action = kc_action_parse(word);
    if (!message_action_fits(request->type, request->action)) {
        return message_refuse_word(why, "action", word);
    }
    return KC_OK;
}

static enum kc_error read_match(const json_t *object, struct request *request, char *why) {
    const char *word = NULL;
    enum kc_error error = message_read_text(object, "match", why, &word);
    if (error != KC_OK || word == NULL) {
        return error;
    }
    request->match = kc_match_parse(word);
    if (request->match == KC_MATCH_COUNT) {
        return message_refuse_word(why, "match", word);
    }
    if (request->match == KC_MATCH_PREFIX && request->action == KC_ACTION_WRITE) {
        return message_refuse(why, "\"write\" can't have \"match\":\"prefix\"");
    }
    return KC_OK;
}

static enum kc_error read_service(const json_t *object, struct request *request, char *why) {
    const json_t *json = json_object_get(object, "service");
    if (json == NULL) {
        return missing("service", why);
    }
    enum kc_error error =
        message_read_name(json, "\"service\"", KC_SERVICE_MAX, why, &request->service);
    if (error == KC_OK && request->service[0] == '\0') {
        return message_refuse(why, "\"service\" is empty");
    }
    return error;
}

static enum kc_error read_target(const json_t *array, size_t index, struct request *request,
                                 char *why) {
    char field[ENTRY_SIZE];
    (void)snprintf(field, sizeof field, "targets[%zu]", index);
    enum kc_error error = message_read_name(json_array_get(array, index), field, KC_TARGET_MAX, why,
                                            &request->targets[index]);
    if (error != KC_OK) {
        return error;
    }
    request->target_count++;
    bool is_prefix = request->match == KC_MATCH_PREFIX || request->action == KC_ACTION_SEARCH;
    if (!is_prefix && request->targets[index][0] == '\0') {
        return message_refuse(why, "%s is empty", field);
    }
    return KC_OK;
}

static enum kc_error read_targets(const json_t *object, struct request *request, char *why) {
    const json_t *array = NULL;
    enum kc_error error = message_read_array(object, "targets", why, &array);
    if (error != KC_OK) {
        return error;
    }
    size_t count = json_array_size(array);
    if (count > KC_TARGETS_MAX) {
        return message_refuse(why, "\"targets\" has %zu entries; the limit is %d", count,
                              KC_TARGETS_MAX);
    }
    if (count == 0) {
        return request->action == KC_ACTION_SEARCH || message_has_named_values(request->action)
                   ? KC_OK
                   : message_refuse(why, "\"targets\" must have at least one entry");
    }
    request->targets = calloc(count, sizeof *request->targets);
    if (request->targets == NULL) {
        return KC_NO_MEMORY;
    }
    for (size_t i = 0; i < count && error == KC_OK; i++) {
        error = read_target(array, i, request, why);
    }
    return error;
}

static enum kc_error read_values(const json_t *object, struct request *request, char *why) {
    const json_t *array = NULL;
    enum kc_error error = message_read_array(object, "values", why, &array);
    if (error != KC_OK) {
        return error;
    }
    size_t count = json_array_size(array);
    bool is_write = request->action == KC_ACTION_WRITE || message_has_named_values(request->action);
    if (!is_write && count > 0) {
        return message_refuse(why, "\"values\" is for \"write\" only");
    }
    if (is_write && count != request->target_count) {
        return message_refuse(why, "\"values\" has %zu entries, but \"targets\" has %zu", count,
                              request->target_count);
    }
    request->values = count > 0 ? calloc(count, sizeof *request->values) : NULL;
    if (count > 0 && request->values == NULL) {
        return KC_NO_MEMORY;
    }
    for (size_t i = 0; i < count && error == KC_OK; i++) {
        char field[ENTRY_SIZE];
        (void)snprintf(field, sizeof field, "values[%zu]", i);
        error = message_read_value(json_array_get(array, i), field, request->base64, why,
                                   &request->values[i]);
        request->value_count += error == KC_OK ? 1 : 0;
    }
    return error;
}

/* Status and stop are about the daemon, not about items. What has named values
 * can't have a service and a match. */
static enum kc_error refuse_item_fields(const json_t *object, struct request *request, char *why) {
    static const char *const fields[] = {"service", "match", "targets", "values", "attributes"};
    size_t count = message_has_named_values(request->action) ? 2 : sizeof fields / sizeof fields[0];
    for (size_t i = 0; i < count; i++) {
        if (json_object_get(object, fields[i]) != NULL) {
            return message_refuse(why, "\"%s\" can't have \"%s\"", kc_action_word(request->action),
                                  fields[i]);
        }
    }
    return KC_OK;
}

static enum kc_error read_named_values(const json_t *object, struct request *request, char *why) {
    enum kc_error error = refuse_item_fields(object, request, why);
    if (error == KC_OK) {
        error = read_targets(object, request, why);
    }
    if (error == KC_OK) {
        error = read_values(object, request, why);
    }
    return error == KC_OK ? message_read_attributes(object, why, &request->attributes) : error;
}

static enum kc_error read_item_fields(const json_t *object, struct request *request, char *why) {
    enum kc_error error = read_match(object, request, why);
    if (error == KC_OK) {
        error = read_service(object, request, why);
    }
    if (error == KC_OK) {
        error = read_targets(object, request, why);
    }
    if (error == KC_OK) {
        error = read_values(object, request, why);
    }
    if (error == KC_OK) {
        error = message_read_attributes(object, why, &request->attributes);
    }
    return error;
}

static enum kc_error read_request(const json_t *object, struct request *request, char *why) {
    enum kc_error error = read_type(object, request, why);
    if (error == KC_OK) {
        error = message_read_nonce(object, why, request->nonce);
    }
    if (error == KC_OK) {
        error = message_read_encoding(object, why, &request->base64);
    }
    if (error != KC_OK || request->type == KC_TYPE_HELLO) {
        return error;
    }
    error = read_action(object, request, why);
    if (error != KC_OK) {
        return error;
    }
    if (message_has_no_item(request->action)) {
        return refuse_item_fields(object, request, why);
    }
    return message_has_named_values(request->action) ? read_named_values(object, request, why)
                                                     : read_item_fields(object, request, why);
}

/* The id first: an answer to a request that is refused repeats it too. */
static enum kc_error read_request_id(const json_t *object, struct request *request, char *why,
                                     char **ret_id) {
    enum kc_error error = message_read_id(object, why, &request->id);
    if (error != KC_OK || request->id == NULL || ret_id == NULL) {
        return error;
    }
    char *copy = strdup(request->id);
    if (copy == NULL) {
        return KC_NO_MEMORY;
    }
    *ret_id = copy;
    return KC_OK;
}

enum kc_error message_parse_request(const char *text, size_t length, struct request **ret_request,
                                    char **ret_id, char why[KC_MESSAGE_MAX]) {
    KC_AUTO(json_t) object = NULL;
    enum kc_error error = message_load(text, length, why, &object);
    if (error != KC_OK) {
        return error;
    }
    KC_AUTO(request) request = calloc(1, sizeof *request);
    if (request == NULL) {
        return KC_NO_MEMORY;
    }
    error = read_request_id(object, request, why, ret_id);
    if (error == KC_OK) {
        error = read_request(object, request, why);
    }
    if (error != KC_OK) {
        return error;
    }
    *ret_request = request;
    request = NULL;
    return KC_OK;
}
