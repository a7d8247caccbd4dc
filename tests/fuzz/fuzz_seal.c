/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as what is remembered, and as a sealed policy: the first are written back as they were
 * read, the second never fit a key that nobody used.
 *
 * links: daemon/seal.c daemon/config_seal.c daemon/crypto.c daemon/crypto_derive.c kc_static
 * links: platform -ljansson -lcrypto
 */
#include "daemon/seal.h"

#include "daemon/config_seal.h"
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

static void try_seal(const char *text, size_t length) {
    struct seal seal;
    struct seal same;
    KC_AUTO(secret) again = NULL;
    if (seal_parse(text, length, &seal) != KC_OK) {
        return;
    }
    require(seal_write(&seal, &again) == KC_OK);
    require(seal_parse((const char *)secret_view(again), secret_length(again), &same) == KC_OK);
    require(same.counter == seal.counter && same.slots_count == seal.slots_count);
    require(same.audit.size == seal.audit.size);
}

static void try_policy(const char *text, size_t length) {
    KC_AUTO(secret) key = NULL;
    uint64_t counter = 0;
    require(secret_new_copy("never used for anything whatever", 32, &key) == KC_OK);
    enum kc_error error = config_seal_check(text, length, key, &counter);
    require(error == KC_DAMAGED || error == KC_NOT_FOUND);
    require(counter == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    try_seal((const char *)bytes, length);
    try_policy((const char *)bytes, length);
    return 0;
}
