/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a file of key slots. A key in the clear is the key that the file names; what is
 * accepted is written back byte for byte; what is refused is KC_DAMAGED with a line number and not
 * a word from the file. No passphrase is tried: that is slow by design.
 *
 * links: daemon/keyslot_parse.c daemon/keyslots.c daemon/crypto.c daemon/crypto_derive.c
 * links: libkc/base64.c libkc/parse.c libkc/secret.c platform -lcrypto
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

static void check_key(const struct keyslots *slots) {
    KC_AUTO(secret) key = NULL;
    char id[CRYPTO_KEY_ID_SIZE];
    if (keyslots_count(slots, KEYSLOT_KEYFILE) == 0) {
        require(keyslots_key(slots, &key) == KC_LOCKED);
        require(keyslots_count(slots, KEYSLOT_PASSPHRASE) > 0);
        return;
    }
    require(keyslots_key(slots, &key) == KC_OK);
    require(secret_length(key) == CRYPTO_KEY_SIZE);
    require(crypto_key_id(key, id) == KC_OK);
    require(strcmp(id, keyslots_key_id(slots)) == 0);
}

static void check_text(const struct keyslots *slots, const uint8_t *bytes, size_t length) {
    KC_AUTO(secret) text = NULL;
    require(keyslots_text(slots, &text) == KC_OK);
    require(secret_length(text) == length);
    require(memcmp(secret_view(text), bytes, length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    KC_AUTO(keyslots) slots = NULL;
    char why[KC_MESSAGE_MAX] = "";
    if (length > KEYSLOT_FILE_MAX) {
        return 0;
    }
    enum kc_error error = keyslots_parse((const char *)bytes, length, &slots, why);
    if (error == KC_OK) {
        check_key(slots);
        check_text(slots, bytes, length);
        return 0;
    }
    require(error == KC_DAMAGED && slots == NULL);
    check_sentence(why);
    return 0;
}
