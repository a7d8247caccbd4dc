/* SPDX-License-Identifier: MIT */
/* Escapes what RFC 8259, section 7 wants escaped, and nothing else. */
#include "libkc/compose.h"

#include "libkc/base64.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <stdio.h>
#include <string.h>

static void append(struct compose *compose, const void *bytes, size_t length) {
    if (compose->error == KC_OK) {
        compose->error = secret_append(compose->line, bytes, length, compose->limit);
    }
}

/* An element behind another one; what opens ends with a bracket, and nothing else does. */
static void separate(struct compose *compose) {
    if (compose->error != KC_OK) {
        return;
    }
    unsigned char last = secret_view(compose->line)[secret_length(compose->line) - 1];
    if (last != '{' && last != '[' && last != ':') {
        append(compose, ",", 1);
    }
}

void compose_begin(struct compose *compose, size_t limit) {
    *compose = (struct compose){.limit = limit};
    compose->error = secret_new(1, &compose->line);
    append(compose, "{", 1);
}

enum kc_error compose_end(struct compose *compose, struct secret **ret_line) {
    KC_AUTO(secret) line = compose->line;
    append(compose, "}\n", 2);
    compose->line = NULL;
    if (compose->error == KC_OK) {
        *ret_line = line;
        line = NULL;
    }
    return compose->error;
}

void compose_name(struct compose *compose, const char *name) {
    separate(compose);
    append(compose, "\"", 1);
    append(compose, name, strlen(name));
    append(compose, "\":", 2);
}

void compose_colon(struct compose *compose) {
    append(compose, ":", 1);
}

void compose_open(struct compose *compose, char bracket) {
    separate(compose);
    append(compose, &bracket, 1);
}

void compose_close(struct compose *compose, char bracket) {
    append(compose, &bracket, 1);
}

static bool is_plain(unsigned char byte) {
    return byte >= 0x20 && byte != '"' && byte != '\\';
}

static void escape(struct compose *compose, unsigned char byte) {
    char escaped[] = "\\u0000";
    if (byte == '"' || byte == '\\') {
        const char short_form[] = {'\\', (char)byte};
        append(compose, short_form, sizeof short_form);
        return;
    }
    parse_write_hex(&byte, 1, escaped + 4);
    append(compose, escaped, sizeof escaped - 1);
}

void compose_string(struct compose *compose, const void *bytes, size_t length) {
    const unsigned char *text = bytes;
    if (compose->error == KC_OK && !parse_is_utf8(bytes, length)) {
        compose->error = KC_INVALID;
    }
    separate(compose);
    append(compose, "\"", 1);
    for (size_t at = 0; at < length;) {
        size_t plain = 0;
        while (at + plain < length && is_plain(text[at + plain])) {
            plain++;
        }
        append(compose, text + at, plain);
        at += plain;
        if (at < length) {
            escape(compose, text[at]);
            at++;
        }
    }
    append(compose, "\"", 1);
}

void compose_value(struct compose *compose, const void *bytes, size_t length, bool base64) {
    if (!base64) {
        compose_string(compose, bytes, length);
        return;
    }
    KC_AUTO(secret) encoded = NULL;
    size_t encoded_length = base64_encoded_length(length);
    enum kc_error error = secret_new(encoded_length + 1, &encoded);
    if (error != KC_OK) {
        compose->error = compose->error == KC_OK ? error : compose->error;
        return;
    }
    base64_encode(bytes, length, (char *)secret_bytes(encoded));
    compose_string(compose, secret_view(encoded), encoded_length);
}

void compose_json(struct compose *compose, const char *json) {
    separate(compose);
    append(compose, json, strlen(json));
}

void compose_text(struct compose *compose, const char *name, const char *text) {
    if (text != NULL && text[0] != '\0') {
        compose_name(compose, name);
        compose_string(compose, text, strlen(text));
    }
}
