/* SPDX-License-Identifier: MIT */
/* Puts the seal in and looks whether it holds; who acts upon that is config's and vault's. */
#include "daemon/config_seal.h"

#include "daemon/crypto_derive.h"
#include "libkc/message_memory.h"
#include "libkc/parse.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEAL_KEY     "seal"
#define PURPOSE      "keychain-auth policy seal 1"
#define MAC_DIGITS   (2 * CRYPTO_MAC_SIZE)
#define COUNTER_MAX  (INT64_C(1) << 53) /* exact in every JSON reader */
#define COUNTER_SIZE 24

enum kc_error config_seal_key(const struct secret *master, struct secret **ret_key) {
    return crypto_subkey(master, PURPOSE, ret_key);
}

/* "<counter>\n" and the canonical form; free() it. */
static enum kc_error write_canonical(const json_t *document, uint64_t counter, char **ret_text,
                                     size_t *ret_length) {
    char head[COUNTER_SIZE];
    int head_length = snprintf(head, sizeof head, "%llu\n", (unsigned long long)counter);
    size_t flags = JSON_COMPACT | JSON_SORT_KEYS;
    size_t size = json_dumpb(document, NULL, 0, flags);
    char *text = size > 0 ? malloc((size_t)head_length + size) : NULL;
    if (text == NULL) {
        return KC_NO_MEMORY;
    }
    memcpy(text, head, (size_t)head_length);
    if (json_dumpb(document, text + head_length, size, flags) != size) {
        free(text);
        return KC_NO_MEMORY;
    }
    *ret_text = text;
    *ret_length = (size_t)head_length + size;
    return KC_OK;
}

/* Over the document as it is: its seal has been taken out. */
static enum kc_error make_mac(const json_t *document, const struct secret *key, uint64_t counter,
                              char ret_mac[MAC_DIGITS + 1]) {
    unsigned char mac[CRYPTO_MAC_SIZE];
    char *text = NULL;
    size_t length = 0;
    enum kc_error error = write_canonical(document, counter, &text, &length);
    if (error == KC_OK) {
        error = crypto_mac(key, text, length, mac);
    }
    free(text);
    if (error == KC_OK) {
        parse_write_hex(mac, sizeof mac, ret_mac);
    }
    return error;
}

void config_seal_drop(json_t *document) {
    (void)json_object_del(document, SEAL_KEY);
}

enum kc_error config_seal_put(json_t *document, const struct secret *key, uint64_t counter) {
    char mac[MAC_DIGITS + 1];
    config_seal_drop(document);
    enum kc_error error = make_mac(document, key, counter, mac);
    if (error != KC_OK) {
        return error;
    }
    json_t *seal = json_pack("{s:I, s:s}", "counter", (json_int_t)counter, "mac", mac);
    return json_object_set_new(document, SEAL_KEY, seal) == 0 ? KC_OK : KC_NO_MEMORY;
}

/* In time that doesn't depend on where they differ. */
static bool is_same(const char *one, const char *other) {
    unsigned char difference = 0;
    for (size_t i = 0; i < MAC_DIGITS; i++) {
        difference |= (unsigned char)(one[i] ^ other[i]);
    }
    return difference == 0;
}

static enum kc_error check_document(json_t *document, const struct secret *key,
                                    uint64_t *ret_counter) {
    json_t *seal = json_object_get(document, SEAL_KEY);
    if (seal == NULL) {
        return KC_NOT_FOUND;
    }
    const json_t *counter = json_object_get(seal, "counter");
    const char *told = json_string_value(json_object_get(seal, "mac"));
    if (!json_is_integer(counter) || json_integer_value(counter) < 1 ||
        json_integer_value(counter) > COUNTER_MAX || told == NULL ||
        !parse_is_hex(told, MAC_DIGITS)) {
        return KC_DAMAGED;
    }
    uint64_t number = (uint64_t)json_integer_value(counter);
    char claimed[MAC_DIGITS + 1];
    char mac[MAC_DIGITS + 1];
    memcpy(claimed, told, sizeof claimed);
    config_seal_drop(document);
    enum kc_error error = make_mac(document, key, number, mac);
    if (error == KC_OK && !is_same(claimed, mac)) {
        error = KC_DAMAGED;
    }
    if (error == KC_OK) {
        *ret_counter = number;
    }
    return error;
}

enum kc_error config_seal_check(const char *text, size_t length, const struct secret *key,
                                uint64_t *ret_counter) {
    json_error_t trouble;
    json_auto_t *document = NULL;
    enum kc_error error =
        message_load_json(text, length, JSON_REJECT_DUPLICATES, &document, &trouble);
    if (error == KC_INVALID || (error == KC_OK && !json_is_object(document))) {
        return KC_DAMAGED;
    }
    return error == KC_OK ? check_document(document, key, ret_counter) : error;
}
