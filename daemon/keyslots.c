/* SPDX-License-Identifier: MIT */
/*
 * The slots as values: which there are, what opens them, and how a line is made. No file is
 * touched here.
 */
#include "daemon/keyslot.h"

#include "daemon/keyslot_internal.h"
#include "libkc/base64.h"
#include "libkc/secret.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the sealed key is bound to, beside the header of the slot. */
#define SEAL_PURPOSE "keychain-auth key slot"
#define HEADER_SIZE  160
#define LINE_SIZE    320

void keyslot_clear(struct keyslot *slot) {
    secret_free(slot->line);
    secret_free(slot->key);
    *slot = (struct keyslot){.kind = KEYSLOT_UNKNOWN};
}

void keyslots_append(struct keyslots *slots, struct keyslot *take_slot) {
    assert(slots->count <= KEYSLOT_NUMBER_MAX);
    slots->numbers |= UINT64_C(1) << take_slot->number;
    slots->slots[slots->count++] = *take_slot;
    *take_slot = (struct keyslot){.kind = KEYSLOT_UNKNOWN};
}

enum kc_error keyslots_new(const struct secret *key, struct keyslots **ret_slots) {
    struct keyslots *slots = calloc(1, sizeof *slots);
    if (slots == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = crypto_key_id(key, slots->key_id);
    if (error != KC_OK) {
        keyslots_free(slots);
        return error;
    }
    *ret_slots = slots;
    return KC_OK;
}

void keyslots_free(struct keyslots *slots) {
    if (slots == NULL) {
        return;
    }
    for (size_t i = 0; i < slots->count; i++) {
        keyslot_clear(&slots->slots[i]);
    }
    free(slots);
}

const char *keyslots_key_id(const struct keyslots *slots) {
    return slots->key_id;
}

size_t keyslots_count(const struct keyslots *slots, enum keyslot_kind kind) {
    size_t count = 0;
    for (size_t i = 0; i < slots->count; i++) {
        count += slots->slots[i].kind == kind ? 1 : 0;
    }
    return count;
}

enum kc_error keyslots_key(const struct keyslots *slots, struct secret **ret_key) {
    for (size_t i = 0; i < slots->count; i++) {
        const struct secret *key = slots->slots[i].key;
        if (key != NULL) {
            return secret_new_copy(secret_view(key), secret_length(key), ret_key);
        }
    }
    return KC_LOCKED;
}

/* All that is authenticated with the sealed key; made from the values, so that two spellings of
 * a number are one slot. */
static void write_header(const char *key_id, const struct keyslot *slot,
                         char ret_text[HEADER_SIZE]) {
    char salt[2 * CRYPTO_SALT_SIZE];
    base64_encode(slot->salt, CRYPTO_SALT_SIZE, salt);
    (void)snprintf(ret_text, HEADER_SIZE, "key %s slot %u passphrase scrypt %u %u %u %.*s", key_id,
                   slot->number, slot->cost.rounds, slot->cost.block, slot->cost.lanes,
                   (int)base64_encoded_length(CRYPTO_SALT_SIZE), salt);
}

static enum kc_error try_slot(const char *key_id, const struct keyslot *slot,
                              const struct secret *passphrase, struct secret **ret_key) {
    static const struct attributes none = {0};
    char header[HEADER_SIZE];
    char id[CRYPTO_KEY_ID_SIZE];
    KC_AUTO(secret) wrapping = NULL;
    KC_AUTO(secret) key = NULL;
    write_header(key_id, slot, header);
    enum kc_error error = crypto_stretch(passphrase, slot->salt, &slot->cost, &wrapping);
    if (error == KC_OK) {
        error = crypto_unseal(wrapping, SEAL_PURPOSE, header, &none, slot->sealed,
                              sizeof slot->sealed, &key);
    }
    if (error == KC_OK) {
        error = crypto_key_id(key, id);
    }
    if (error == KC_OK && strcmp(id, key_id) != 0) {
        error = KC_DAMAGED;
    }
    if (error == KC_OK) {
        *ret_key = key;
        key = NULL;
    }
    return error;
}

enum kc_error keyslots_try(const struct keyslots *slots, const struct secret *passphrase,
                           struct secret **ret_key, unsigned *ret_number) {
    for (size_t i = 0; i < slots->count; i++) {
        const struct keyslot *slot = &slots->slots[i];
        if (slot->kind != KEYSLOT_PASSPHRASE) {
            continue;
        }
        enum kc_error error = try_slot(slots->key_id, slot, passphrase, ret_key);
        if (error == KC_OK) {
            *ret_number = slot->number;
        }
        /* Whether the passphrase is wrong or the slot was changed can't be told apart. */
        if (error != KC_DAMAGED) {
            return error;
        }
    }
    return KC_DENIED;
}

static enum kc_error find_number(const struct keyslots *slots, const struct secret *key,
                                 unsigned *ret_number) {
    char id[CRYPTO_KEY_ID_SIZE];
    enum kc_error error = crypto_key_id(key, id);
    if (error != KC_OK || strcmp(id, slots->key_id) != 0) {
        return error == KC_OK ? KC_INVALID : error;
    }
    for (unsigned number = 0; number <= KEYSLOT_NUMBER_MAX; number++) {
        if ((slots->numbers & UINT64_C(1) << number) == 0) {
            *ret_number = number;
            return KC_OK;
        }
    }
    return KC_BUSY;
}

/* The text in front, then bytes as base64: straight into a secret. */
static enum kc_error write_line(const char *front, const unsigned char *bytes, size_t length,
                                struct secret **ret_line) {
    KC_AUTO(secret) line = NULL;
    enum kc_error error = secret_new(LINE_SIZE, &line);
    if (error != KC_OK) {
        return error;
    }
    size_t used = strlen(front);
    assert(used + base64_encoded_length(length) < LINE_SIZE);
    memcpy(secret_bytes(line), front, used);
    base64_encode(bytes, length, (char *)secret_bytes(line) + used);
    secret_set_length(line, used + base64_encoded_length(length));
    *ret_line = line;
    line = NULL;
    return KC_OK;
}

enum kc_error keyslots_add_key(struct keyslots *slots, const struct secret *key) {
    struct keyslot slot = {.kind = KEYSLOT_KEYFILE};
    char front[HEADER_SIZE];
    enum kc_error error = find_number(slots, key, &slot.number);
    if (error == KC_OK) {
        error = secret_new_copy(secret_view(key), secret_length(key), &slot.key);
    }
    if (error == KC_OK) {
        (void)snprintf(front, sizeof front, "slot %u keyfile ", slot.number);
        error = write_line(front, secret_view(key), secret_length(key), &slot.line);
    }
    if (error != KC_OK) {
        keyslot_clear(&slot);
        return error;
    }
    keyslots_append(slots, &slot);
    return KC_OK;
}

/* Fills `sealed` and `line`. */
static enum kc_error seal_slot(const char *key_id, const struct secret *key,
                               const struct secret *passphrase, struct keyslot *slot) {
    static const struct attributes none = {0};
    char header[HEADER_SIZE];
    char front[HEADER_SIZE];
    unsigned char *sealed = NULL;
    size_t length = 0;
    KC_AUTO(secret) wrapping = NULL;
    write_header(key_id, slot, header);
    enum kc_error error = crypto_stretch(passphrase, slot->salt, &slot->cost, &wrapping);
    if (error == KC_OK) {
        error = crypto_seal(wrapping, SEAL_PURPOSE, header, &none, key, &sealed, &length);
    }
    if (error != KC_OK) {
        return error;
    }
    assert(length == sizeof slot->sealed);
    memcpy(slot->sealed, sealed, sizeof slot->sealed);
    free(sealed);
    /* The line says of the slot what the header says, behind "key <id> ". */
    (void)snprintf(front, sizeof front, "%s ", strstr(header, "slot "));
    return write_line(front, slot->sealed, sizeof slot->sealed, &slot->line);
}

enum kc_error keyslots_add_passphrase(struct keyslots *slots, const struct secret *key,
                                      const struct secret *passphrase,
                                      const struct crypto_cost *cost) {
    struct keyslot slot = {.kind = KEYSLOT_PASSPHRASE, .cost = *cost};
    if (keyslots_count(slots, KEYSLOT_PASSPHRASE) >= KEYSLOT_PASSPHRASE_MAX) {
        return KC_BUSY;
    }
    enum kc_error error = find_number(slots, key, &slot.number);
    if (error == KC_OK) {
        error = crypto_random(slot.salt, sizeof slot.salt);
    }
    if (error == KC_OK) {
        error = seal_slot(slots->key_id, key, passphrase, &slot);
    }
    if (error != KC_OK) {
        keyslot_clear(&slot);
        return error;
    }
    keyslots_append(slots, &slot);
    return KC_OK;
}

static void remove_at(struct keyslots *slots, size_t index) {
    slots->numbers &= ~(UINT64_C(1) << slots->slots[index].number);
    keyslot_clear(&slots->slots[index]);
    slots->count--;
    memmove(&slots->slots[index], &slots->slots[index + 1],
            (slots->count - index) * sizeof slots->slots[0]);
}

void keyslots_drop(struct keyslots *slots, enum keyslot_kind kind) {
    for (size_t i = slots->count; i > 0; i--) {
        if (slots->slots[i - 1].kind == kind) {
            remove_at(slots, i - 1);
        }
    }
}

void keyslots_remove(struct keyslots *slots, unsigned number) {
    size_t index = 0;
    while (index < slots->count && slots->slots[index].number != number) {
        index++;
    }
    assert(index < slots->count);
    remove_at(slots, index);
}

enum kc_error keyslots_text(const struct keyslots *slots, struct secret **ret_text) {
    char head[sizeof KEYSLOT_HEAD + CRYPTO_KEY_ID_SIZE + 8];
    KC_AUTO(secret) text = NULL;
    int used = snprintf(head, sizeof head, KEYSLOT_HEAD "\nkey %s\n", slots->key_id);
    enum kc_error error = secret_new_copy(head, (size_t)used, &text);
    for (size_t i = 0; error == KC_OK && i < slots->count; i++) {
        const struct secret *line = slots->slots[i].line;
        error = secret_append(text, secret_view(line), secret_length(line), KEYSLOT_FILE_MAX);
        if (error == KC_OK) {
            error = secret_append(text, "\n", 1, KEYSLOT_FILE_MAX);
        }
    }
    if (error == KC_OK) {
        *ret_text = text;
        text = NULL;
    }
    return error;
}
