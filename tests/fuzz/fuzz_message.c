/* SPDX-License-Identifier: MIT */
/*
 * A request that is taken keeps the rules, and says the same when it is written and read
 * again. One that is refused has a sentence.
 * links: libkc/message_memory.c libkc/message_json.c libkc/message_read.c libkc/message_write.c
 * links: libkc/message_request.c libkc/message_request_write.c libkc/message_response.c
 * links: libkc/message_answer.c libkc/message_rules.c libkc/scan.c
 * links: libkc/scan_decode.c libkc/compose.c
 * links: libkc/protocol.c libkc/secret.c libkc/parse.c libkc/parse_escape.c libkc/base64.c
 * links: libkc/attributes.c -ljansson platform
 */
#include "libkc/message.h"

#include "libkc/parse.h"
#include "libkc/secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

static void require_rules(const struct request *request) {
    bool is_about_items = request->action == KC_ACTION_READ || request->action == KC_ACTION_WRITE ||
                          request->action == KC_ACTION_DELETE ||
                          request->action == KC_ACTION_SEARCH;
    bool has_item = request->type != KC_TYPE_HELLO && is_about_items;
    /* What is about the daemon and carries anything names its values by targets. */
    bool has_values = request->action == KC_ACTION_WRITE || !is_about_items;
    bool is_own = request->action == KC_ACTION_GRANTS;
    require(message_check_request(request) == KC_OK);
    require((request->service != NULL) == has_item);
    require(is_about_items || (request->type == KC_TYPE_REQUEST) == is_own);
    require(request->target_count <= KC_TARGETS_MAX);
    require(request->value_count == (has_values ? request->target_count : 0));
    for (size_t i = 0; i < request->target_count; i++) {
        size_t length = strlen(request->targets[i]);
        require(length == 0 || parse_name(request->targets[i], length, KC_TARGET_MAX) == KC_OK);
    }
    for (size_t i = 0; i < request->value_count; i++) {
        require(secret_length(request->values[i]) <= KC_VALUE_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    KC_AUTO(request) request = NULL;
    KC_AUTO(request) again = NULL;
    KC_AUTO(secret) line = NULL;
    KC_AUTO(secret) same = NULL;
    char why[KC_MESSAGE_MAX] = "";
    char *id = NULL;
    enum kc_error error = message_parse_request((const char *)bytes, length, &request, &id, why);
    if (error != KC_OK) {
        require(error == KC_INVALID && request == NULL && why[0] != '\0');
        require(parse_is_utf8(why, strlen(why)) && strchr(why, '\n') == NULL);
        free(id);
        return 0;
    }
    require((id == NULL) == (request->id == NULL) && (id == NULL || strcmp(id, request->id) == 0));
    free(id);
    require_rules(request);
    require(message_write_request(request, &line) == KC_OK);
    require(message_parse_request((const char *)secret_view(line), secret_length(line), &again,
                                  NULL, why) == KC_OK);
    require_rules(again);
    require(message_write_request(again, &same) == KC_OK);
    require(secret_equal(line, same));
    return 0;
}
