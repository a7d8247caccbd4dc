/* SPDX-License-Identifier: MIT */
/*
 * The text of the key slots, read a line at a time straight out of secret memory: no copy of
 * the key is made on the way, and no sentence ever quotes the file. Pure; where the text lies
 * and who may read it is keyslot.c's to know.
 */
#include "daemon/keyslot.h"

#include "daemon/crypto.h"
#include "libkc/base64.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HEAD            "keychain-auth keyslots 1"
#define KEY_TEXT_LENGTH 44 /* base64 of CRYPTO_KEY_SIZE bytes */
#define KEY_DECODE_SIZE (KEY_TEXT_LENGTH / 4 * 3)
#define SLOT_MAX        63

struct span {
    const char *bytes;
    size_t length;
};

struct reader {
    struct span rest;
    size_t line; /* number of the last line that was taken */
    char key_id[CRYPTO_KEY_ID_SIZE];
    uint64_t numbers;   /* a bit for each slot number that was seen */
    struct secret *key; /* owned; of the first slot that opened */
    char *why;
};

KC_PRINTF(2, 3)
static enum kc_error damaged(const struct reader *reader, const char *format, ...) {
    int used = snprintf(reader->why, KC_MESSAGE_MAX, "line %zu: ", reader->line);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reader->why + used, KC_MESSAGE_MAX - (size_t)used, format, arguments);
    va_end(arguments);
    return KC_DAMAGED;
}

/* What stands before `end`, which is taken too; false when it isn't there. */
static bool take_until(struct span *rest, char end, struct span *ret_taken) {
    const char *found = rest->length > 0 ? memchr(rest->bytes, end, rest->length) : NULL;
    if (found == NULL) {
        return false;
    }
    size_t length = (size_t)(found - rest->bytes);
    *ret_taken = (struct span){rest->bytes, length};
    *rest = (struct span){found + 1, rest->length - length - 1};
    return true;
}

static bool is_text(struct span span, const char *text) {
    return span.length == strlen(text) && memcmp(span.bytes, text, span.length) == 0;
}

/* As a string; false when it doesn't fit. */
static bool copy_span(struct span span, char *ret_text, size_t size) {
    if (span.length >= size || memchr(span.bytes, '\0', span.length) != NULL) {
        return false;
    }
    memcpy(ret_text, span.bytes, span.length);
    ret_text[span.length] = '\0';
    return true;
}

static bool take_line(struct reader *reader, struct span *ret_line) {
    reader->line++;
    return take_until(&reader->rest, '\n', ret_line);
}

static enum kc_error read_head(struct reader *reader) {
    struct span line = {0};
    if (!take_line(reader, &line) || !is_text(line, HEAD)) {
        return damaged(reader, "this isn't a file of key slots, version 1");
    }
    struct span word = {0};
    if (!take_line(reader, &line) || !take_until(&line, ' ', &word) || !is_text(word, "key") ||
        !copy_span(line, reader->key_id, sizeof reader->key_id) ||
        !parse_is_hex(reader->key_id, CRYPTO_KEY_ID_SIZE - 1)) {
        return damaged(reader, "\"key\" and the id of a key are expected");
    }
    return KC_OK;
}

static enum kc_error read_number(struct reader *reader, struct span text) {
    char digits[4];
    uint64_t number = 0;
    if (!copy_span(text, digits, sizeof digits) ||
        parse_unsigned(digits, SLOT_MAX, &number) != KC_OK) {
        return damaged(reader, "the number of a slot is 0 to %d", SLOT_MAX);
    }
    uint64_t bit = UINT64_C(1) << number;
    if ((reader->numbers & bit) != 0) {
        return damaged(reader, "there are two slots with this number");
    }
    reader->numbers |= bit;
    return KC_OK;
}

/* Every keyfile slot is checked, also those behind the first: a slot that doesn't open is
 * found before the day when it is needed. */
static enum kc_error read_keyfile(struct reader *reader, struct span text) {
    KC_AUTO(secret) key = NULL;
    enum kc_error error = secret_new(KEY_DECODE_SIZE, &key);
    if (error != KC_OK) {
        return error;
    }
    size_t length = 0;
    if (text.length != KEY_TEXT_LENGTH ||
        base64_decode(text.bytes, text.length, secret_bytes(key), &length) != KC_OK ||
        length != CRYPTO_KEY_SIZE) {
        return damaged(reader, "the key is not the base64 of %d bytes", CRYPTO_KEY_SIZE);
    }
    secret_set_length(key, length);
    char id[CRYPTO_KEY_ID_SIZE];
    error = crypto_key_id(key, id);
    if (error != KC_OK) {
        return error;
    }
    if (strcmp(id, reader->key_id) != 0) {
        return damaged(reader, "the key in this slot is not the one that the file names");
    }
    if (reader->key == NULL) {
        reader->key = key;
        key = NULL;
    }
    return KC_OK;
}

static enum kc_error read_slot(struct reader *reader, struct span line) {
    struct span word = {0};
    struct span number = {0};
    struct span kind = {0};
    if (!take_until(&line, ' ', &word) || !is_text(word, "slot") ||
        !take_until(&line, ' ', &number) || !take_until(&line, ' ', &kind) || kind.length == 0) {
        return damaged(reader, "\"slot\", a number, a kind and its content are expected");
    }
    enum kc_error error = read_number(reader, number);
    if (error != KC_OK || !is_text(kind, "keyfile")) {
        return error;
    }
    return read_keyfile(reader, line);
}

static enum kc_error read_slots(struct reader *reader) {
    while (reader->rest.length > 0) {
        struct span line = {0};
        if (!take_line(reader, &line)) {
            return damaged(reader, "the file ends too early");
        }
        enum kc_error error = read_slot(reader, line);
        if (error != KC_OK) {
            return error;
        }
    }
    if (reader->key == NULL) {
        return damaged(reader, "there is no slot that this program can open");
    }
    return KC_OK;
}

enum kc_error keyslot_parse(const char *text, size_t length, struct secret **ret_key,
                            char why[KC_MESSAGE_MAX]) {
    struct reader reader = {.rest = {text, length}, .why = why};
    enum kc_error error = read_head(&reader);
    if (error == KC_OK) {
        error = read_slots(&reader);
    }
    if (error != KC_OK) {
        secret_free(reader.key);
        return error;
    }
    *ret_key = reader.key;
    return KC_OK;
}
