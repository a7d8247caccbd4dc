/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the key of an AWS profile. What the tools get is one line that is accepted again as
 * it is, and a refusal is a plain sentence.
 *
 * links: libkc/message_aws.c libkc/message_json.c libkc/message_memory.c libkc/message_write.c
 * links: libkc/base64.c libkc/parse.c libkc/parse_escape.c libkc/parse_time.c libkc/secret.c
 * links: platform -ljansson
 */
#include "libkc/message_aws.h"

#include "libkc/message.h"
#include "libkc/secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(int condition) {
    if (!condition) {
        abort();
    }
}

static void check_sentence(const char *why) {
    require(why[0] != '\0');
    for (const char *c = why; *c != '\0'; c++) {
        require(*c >= ' ' && *c <= '~');
    }
}

static void check_line(const struct secret *line) {
    static const char start[] = "{\"Version\":1,\"AccessKeyId\":\"";
    KC_AUTO(secret) again = NULL;
    char why[KC_MESSAGE_MAX] = "";
    const char *text = (const char *)secret_view(line);
    size_t length = secret_length(line);
    require(length > sizeof start && memcmp(text, start, sizeof start - 1) == 0);
    require(memchr(text, '\n', length) == text + length - 1);
    require(message_write_aws(text, length, 0, &again, why) == KC_OK);
    require(secret_equal(line, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    KC_AUTO(secret) line = NULL;
    char why[KC_MESSAGE_MAX] = "";
    message_wipe_json_memory();
    enum kc_error error = message_write_aws((const char *)bytes, length, 0, &line, why);
    require((error == KC_OK) == (line != NULL));
    if (error == KC_OK) {
        check_line(line);
    } else {
        require(error == KC_INVALID || error == KC_TIMEOUT || error == KC_NO_MEMORY);
        check_sentence(error == KC_NO_MEMORY ? "-" : why);
    }
    return 0;
}
