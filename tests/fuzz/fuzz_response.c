/* SPDX-License-Identifier: MIT */
/*
 * An answer that a client takes says the same when it is written and read again.
 * links: libkc/message_memory.c libkc/message_json.c libkc/message_read.c libkc/message_write.c
 * links: libkc/message_request.c libkc/message_request_write.c libkc/message_response.c
 * links: libkc/message_answer.c libkc/message_rules.c libkc/scan.c
 * links: libkc/scan_decode.c libkc/compose.c
 * links: libkc/protocol.c libkc/secret.c libkc/parse.c libkc/parse_escape.c libkc/base64.c
 * links: libkc/attributes.c -ljansson platform
 */
#include "libkc/message.h"

#include "libkc/secret.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    KC_AUTO(response) response = NULL;
    KC_AUTO(response) again = NULL;
    KC_AUTO(secret) line = NULL;
    KC_AUTO(secret) same = NULL;
    enum kc_error error = message_parse_response((const char *)bytes, length, &response);
    if (error != KC_OK) {
        require(error == KC_INVALID && response == NULL);
        return 0;
    }
    require(message_write_response(response, &line) == KC_OK);
    require(secret_view(line)[secret_length(line) - 1] == '\n');
    require(message_parse_response((const char *)secret_view(line), secret_length(line), &again) ==
            KC_OK);
    require(again->result_count == response->result_count);
    for (size_t i = 0; i < response->result_count; i++) {
        const struct secret *one = response->results[i].value;
        const struct secret *other = again->results[i].value;
        require((one == NULL) == (other == NULL));
        require(one == NULL || secret_equal(one, other));
    }
    require(message_write_response(again, &same) == KC_OK);
    require(secret_equal(line, same));
    return 0;
}
