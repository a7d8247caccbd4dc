/* SPDX-License-Identifier: MIT */
/*
 * What a client takes for JSON is what jansson takes for it, and a string means the same to both.
 * They differ where they say so: how deep it may go, and how large a number may be. And jansson
 * (2.14) passes over a NUL behind a number.
 * links: libkc/scan.c libkc/scan_decode.c
 * links: libkc/secret.c libkc/parse.c libkc/parse_escape.c -ljansson platform
 */
#include "libkc/scan.h"

#include "libkc/secret.h"

#include <jansson.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

static bool scan_takes(const char *text, size_t length) {
    struct scan scan;
    enum kc_error error = scan_begin(&scan, text, length);
    if (error == KC_OK) {
        error = scan_skip(&scan);
    }
    if (error == KC_OK) {
        error = scan_end(&scan);
    }
    require(error == KC_OK || error == KC_INVALID);
    return error == KC_OK;
}

static unsigned depth_of(const json_t *json) {
    unsigned deepest = 0;
    size_t index = 0;
    const char *name = NULL;
    json_t *member = NULL;
    json_array_foreach(json, index, member) {
        unsigned depth = depth_of(member);
        deepest = depth > deepest ? depth : deepest;
    }
    json_object_foreach((json_t *)(uintptr_t)json, name, member) {
        unsigned depth = depth_of(member);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + (json_is_array(json) || json_is_object(json) ? 1 : 0);
}

static void check_string(const char *text, size_t length, const json_t *json) {
    struct scan scan;
    KC_AUTO(secret) secret = NULL;
    require(scan_begin(&scan, text, length) == KC_OK && scan_secret(&scan, &secret) == KC_OK);
    require(secret_length(secret) == json_string_length(json));
    require(memcmp(secret_view(secret), json_string_value(json), json_string_length(json)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    const char *text = (const char *)bytes;
    json_error_t trouble;
    bool takes = scan_takes(text, length);
    json_t *json = json_loadb(text, length, JSON_DECODE_ANY | JSON_ALLOW_NUL, &trouble);
    if (json == NULL) {
        require(!takes || json_error_code(&trouble) == json_error_numeric_overflow);
        return 0;
    }
    require(takes || depth_of(json) > SCAN_DEPTH_MAX || memchr(text, '\0', length) != NULL);
    if (json_is_string(json)) {
        check_string(text, length, json);
    }
    json_decref(json);
    return 0;
}
