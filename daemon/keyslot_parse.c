/* SPDX-License-Identifier: MIT */
/*
 * The text of the key slots, read a line at a time straight out of secret memory: no copy of
 * the key is made on the way but into another secret, and no sentence ever quotes the file.
 * Pure; where the text lies and who may read it is keyslot.c's to know.
 */
#include "daemon/keyslot.h"

#include "daemon/crypto.h"
#include "daemon/keyslot_internal.h"
#include "libkc/base64.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_TEXT_LENGTH    44 /* base64 of CRYPTO_KEY_SIZE bytes */
#define KEY_DECODE_SIZE    (KEY_TEXT_LENGTH / 4 * 3)
#define SALT_TEXT_LENGTH   24 /* base64 of CRYPTO_SALT_SIZE bytes */
#define SEALED_TEXT_LENGTH 92 /* base64 of KEYSLOT_SEALED_SIZE bytes */
#define DECODE_SIZE        (SEALED_TEXT_LENGTH / 4 * 3)

struct span {
    const char *bytes;
    size_t length;
};

struct reader {
    struct span rest;
    size_t line; /* number of the last line that was taken */
    struct keyslots *slots;
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
    char *key_id = reader->slots->key_id;
    if (!take_line(reader, &line) || !is_text(line, KEYSLOT_HEAD)) {
        return damaged(reader, "this isn't a file of key slots, version 1");
    }
    struct span word = {0};
    if (!take_line(reader, &line) || !take_until(&line, ' ', &word) || !is_text(word, "key") ||
        !copy_span(line, key_id, CRYPTO_KEY_ID_SIZE) ||
        !parse_is_hex(key_id, CRYPTO_KEY_ID_SIZE - 1)) {
        return damaged(reader, "\"key\" and the id of a key are expected");
    }
    return KC_OK;
}

static bool read_unsigned(struct span text, unsigned max, unsigned *ret_number) {
    char digits[4];
    uint64_t number = 0;
    if (!copy_span(text, digits, sizeof digits) || parse_unsigned(digits, max, &number) != KC_OK) {
        return false;
    }
    *ret_number = (unsigned)number;
    return true;
}

static enum kc_error read_number(struct reader *reader, struct span text, struct keyslot *slot) {
    if (!read_unsigned(text, KEYSLOT_NUMBER_MAX, &slot->number)) {
        return damaged(reader, "the number of a slot is 0 to %d", KEYSLOT_NUMBER_MAX);
    }
    if ((reader->slots->numbers & UINT64_C(1) << slot->number) != 0) {
        return damaged(reader, "there are two slots with this number");
    }
    return KC_OK;
}

/* Every keyfile slot is checked, also those behind the first: a slot that doesn't open is
 * found before the day when it is needed. */
static enum kc_error read_keyfile(struct reader *reader, struct span text, struct keyslot *slot) {
    slot->kind = KEYSLOT_KEYFILE;
    enum kc_error error = secret_new(KEY_DECODE_SIZE, &slot->key);
    if (error != KC_OK) {
        return error;
    }
    size_t length = 0;
    if (text.length != KEY_TEXT_LENGTH ||
        base64_decode(text.bytes, text.length, secret_bytes(slot->key), &length) != KC_OK ||
        length != CRYPTO_KEY_SIZE) {
        return damaged(reader, "the key is not the base64 of %d bytes", CRYPTO_KEY_SIZE);
    }
    secret_set_length(slot->key, length);
    char id[CRYPTO_KEY_ID_SIZE];
    error = crypto_key_id(slot->key, id);
    if (error != KC_OK) {
        return error;
    }
    if (strcmp(id, reader->slots->key_id) != 0) {
        return damaged(reader, "the key in this slot is not the one that the file names");
    }
    return KC_OK;
}

/* Exactly `size` bytes from exactly `length` digits. */
static bool decode(struct span text, size_t length, unsigned char *ret_bytes, size_t size) {
    unsigned char bytes[DECODE_SIZE];
    size_t decoded = 0;
    if (text.length != length || base64_decode(text.bytes, text.length, bytes, &decoded) != KC_OK ||
        decoded != size) {
        return false;
    }
    memcpy(ret_bytes, bytes, size);
    return true;
}

static enum kc_error read_passphrase(struct reader *reader, struct span text,
                                     struct keyslot *slot) {
    struct span kdf = {0};
    struct span numbers[3] = {{0}};
    struct span salt = {0};
    slot->kind = KEYSLOT_PASSPHRASE;
    if (!take_until(&text, ' ', &kdf) || !is_text(kdf, "scrypt") ||
        !take_until(&text, ' ', &numbers[0]) || !take_until(&text, ' ', &numbers[1]) ||
        !take_until(&text, ' ', &numbers[2]) || !take_until(&text, ' ', &salt)) {
        return damaged(reader, "\"scrypt\", its cost, a salt and a sealed key are expected");
    }
    if (!read_unsigned(numbers[0], 999, &slot->cost.rounds) ||
        !read_unsigned(numbers[1], 999, &slot->cost.block) ||
        !read_unsigned(numbers[2], 999, &slot->cost.lanes) ||
        crypto_cost_memory(&slot->cost) == 0) {
        return damaged(reader, "the cost of this slot is out of bounds");
    }
    if (!decode(salt, SALT_TEXT_LENGTH, slot->salt, sizeof slot->salt) ||
        !decode(text, SEALED_TEXT_LENGTH, slot->sealed, sizeof slot->sealed)) {
        return damaged(reader, "the salt or the sealed key has another form or length");
    }
    if (keyslots_count(reader->slots, KEYSLOT_PASSPHRASE) >= KEYSLOT_PASSPHRASE_MAX) {
        return damaged(reader, "there are more than %d passphrases", KEYSLOT_PASSPHRASE_MAX);
    }
    return KC_OK;
}

static enum kc_error read_fields(struct reader *reader, struct span line, struct keyslot *slot) {
    struct span word = {0};
    struct span number = {0};
    struct span kind = {0};
    if (!take_until(&line, ' ', &word) || !is_text(word, "slot") ||
        !take_until(&line, ' ', &number) || !take_until(&line, ' ', &kind) || kind.length == 0) {
        return damaged(reader, "\"slot\", a number, a kind and its content are expected");
    }
    enum kc_error error = read_number(reader, number, slot);
    if (error == KC_OK && is_text(kind, "keyfile")) {
        return read_keyfile(reader, line, slot);
    }
    if (error == KC_OK && is_text(kind, "passphrase")) {
        return read_passphrase(reader, line, slot);
    }
    return error;
}

static enum kc_error read_slot(struct reader *reader, struct span line) {
    struct keyslot slot = {.kind = KEYSLOT_UNKNOWN};
    enum kc_error error = read_fields(reader, line, &slot);
    if (error == KC_OK) {
        error = secret_new_copy(line.bytes, line.length, &slot.line);
    }
    if (error != KC_OK) {
        keyslot_clear(&slot);
        return error;
    }
    keyslots_append(reader->slots, &slot);
    return KC_OK;
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
    if (keyslots_count(reader->slots, KEYSLOT_UNKNOWN) == reader->slots->count) {
        return damaged(reader, "there is no slot that this program can open");
    }
    return KC_OK;
}

enum kc_error keyslots_parse(const char *text, size_t length, struct keyslots **ret_slots,
                             char why[KC_MESSAGE_MAX]) {
    KC_AUTO(keyslots) slots = calloc(1, sizeof *slots);
    if (slots == NULL) {
        return KC_NO_MEMORY;
    }
    struct reader reader = {.rest = {text, length}, .slots = slots, .why = why};
    enum kc_error error = read_head(&reader);
    if (error == KC_OK) {
        error = read_slots(&reader);
    }
    if (error == KC_OK) {
        *ret_slots = slots;
        slots = NULL;
    }
    return error;
}
