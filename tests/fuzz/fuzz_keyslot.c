/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a file of key slots. What opens is the key that the file names; what is
 * refused is KC_DAMAGED with a line number and not a word from the file.
 *
 * links: daemon/keyslot_parse.c daemon/crypto.c libkc/base64.c libkc/parse.c libkc/secret.c
 * links: platform -lcrypto
 */
#include "daemon/keyslot.h"

#include "daemon/crypto.h"
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

/* Sentences are in plain ASCII; the file's own bytes could be anything. */
static void check_sentence(const char *why) {
    require(strncmp(why, "line ", 5) == 0);
    for (const char *c = why; *c != '\0'; c++) {
        require(*c >= ' ' && *c <= '~');
    }
}

static void check_key(const struct secret *key, const uint8_t *bytes, size_t length) {
    static const char head[] = "keychain-auth keyslots 1\nkey ";
    char id[CRYPTO_KEY_ID_SIZE];
    require(secret_length(key) == CRYPTO_KEY_SIZE);
    require(crypto_key_id(key, id) == KC_OK);
    require(length > sizeof head - 1 + sizeof id);
    require(memcmp(bytes, head, sizeof head - 1) == 0);
    require(memcmp(bytes + sizeof head - 1, id, sizeof id - 1) == 0);
    require(bytes[length - 1] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct secret *key = NULL;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = keyslot_parse((const char *)bytes, length, &key, why);
    if (error == KC_OK) {
        check_key(key, bytes, length);
        secret_free(key);
        return 0;
    }
    require(error == KC_DAMAGED && key == NULL);
    check_sentence(why);
    return 0;
}
