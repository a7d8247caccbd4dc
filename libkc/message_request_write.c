/* SPDX-License-Identifier: MIT */
/*
 * Requests as a line, and one result as one, for clients. It writes what it is given: whether the
 * daemon will take it is the business of message_request.c.
 */
#include "libkc/message.h"

#include "libkc/compose.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <string.h>

static void put_targets(struct compose *compose, const struct request *request) {
    if (request->target_count == 0) {
        return;
    }
    compose_name(compose, "targets");
    compose_open(compose, '[');
    for (size_t i = 0; i < request->target_count; i++) {
        compose_string(compose, request->targets[i], strlen(request->targets[i]));
    }
    compose_close(compose, ']');
}

static void put_values(struct compose *compose, const struct request *request) {
    if (request->value_count == 0) {
        return;
    }
    compose_name(compose, "values");
    compose_open(compose, '[');
    for (size_t i = 0; i < request->value_count; i++) {
        const struct secret *value = request->values[i];
        compose_value(compose, secret_view(value), secret_length(value), request->base64);
    }
    compose_close(compose, ']');
}

static void put_attributes(struct compose *compose, const struct attributes *attributes) {
    if (attributes->count == 0) {
        return;
    }
    compose_name(compose, "attributes");
    compose_open(compose, '{');
    for (size_t i = 0; i < attributes->count; i++) {
        const struct attribute *item = &attributes->items[i];
        compose_string(compose, item->name, strlen(item->name));
        compose_colon(compose);
        compose_string(compose, item->value, strlen(item->value));
    }
    compose_close(compose, '}');
}

static void put_item_fields(struct compose *compose, const struct request *request) {
    compose_text(compose, "action", kc_action_word(request->action));
    compose_text(compose, "service", request->service);
    if (request->match != KC_MATCH_EXACT) {
        compose_text(compose, "match", kc_match_word(request->match));
    }
    put_targets(compose, request);
    put_values(compose, request);
    put_attributes(compose, &request->attributes);
}

enum kc_error message_write_request(const struct request *request, struct secret **ret_line) {
    struct compose compose;
    /* What is too long for the daemon is for the caller to notice; this is only a bound. */
    compose_begin(&compose, KC_ANSWER_MAX);
    compose_text(&compose, "type", kc_type_word(request->type));
    if (request->type != KC_TYPE_HELLO) {
        put_item_fields(&compose, request);
    }
    compose_text(&compose, "encoding", request->base64 ? "base64" : NULL);
    compose_text(&compose, "nonce", request->nonce);
    if (request->id != NULL) {
        compose_name(&compose, "id");
        compose_json(&compose, request->id);
    }
    return compose_end(&compose, ret_line);
}

enum kc_error message_write_result(const char *target, const void *value, size_t length,
                                   struct secret **ret_line) {
    struct compose compose;
    bool base64 = !parse_is_utf8(value, length);
    compose_begin(&compose, KC_ANSWER_MAX);
    compose_text(&compose, "target", target);
    compose_text(&compose, "encoding", base64 ? "base64" : NULL);
    compose_name(&compose, "value");
    compose_value(&compose, value, length, base64);
    return compose_end(&compose, ret_line);
}
