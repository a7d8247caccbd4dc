/* SPDX-License-Identifier: MIT */
/*
 * Whatever bytes: encoded and decoded they are the same. Whatever text is decoded: encoding
 * gives that text, so that there is one text for each value.
 * links: libkc/base64.c
 */
#include "libkc/base64.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(int holds) {
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    size_t encoded_length = base64_encoded_length(length);
    char *text = malloc(encoded_length + 1);
    unsigned char *back = malloc(encoded_length / 4 * 3 + 1);
    size_t decoded = 0;
    require(text != NULL && back != NULL);
    base64_encode(bytes, length, text);
    require(strlen(text) == encoded_length);
    require(base64_decode(text, encoded_length, back, &decoded) == KC_OK);
    require(decoded == length && memcmp(back, bytes, length) == 0);

    if (base64_decode((const char *)bytes, length, back, &decoded) == KC_OK) {
        require(decoded <= length / 4 * 3);
        base64_encode(back, decoded, text);
        require(strlen(text) == length && memcmp(text, bytes, length) == 0);
    }
    free(text);
    free(back);
    return 0;
}
