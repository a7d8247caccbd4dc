/* SPDX-License-Identifier: MIT */
/*
 * OpenSSL's key derivation, with the bounds that it doesn't have. Its scrypt wipes what it used;
 * that memory is too much to be locked, so for the time of a try it could be swapped out.
 */
#include "daemon/crypto_derive.h"

#include "daemon/crypto.h"
#include "libkc/secret.h"
#include "platform/clock.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <limits.h>
#include <string.h>

#define ROUNDS_MIN      10
#define ROUNDS_MAX      22
#define BLOCK_MAX       32
#define LANES_MAX       16
#define FIRST_ROUNDS    16 /* with FIRST_BLOCK: CRYPTO_COST_MEMORY_MIN */
#define FIRST_BLOCK     8
/* We choose no more memory than this: the same slot may have to be opened on a small machine. */
#define CHOSEN_MEMORY   (UINT64_C(256) * 1024 * 1024)
/* What OpenSSL takes beside the large array (EVP_PBE_scrypt(3), maxmem). */
#define MEMORY_OVERHEAD (UINT64_C(1) * 1024 * 1024)

uint64_t crypto_cost_memory(const struct crypto_cost *cost) {
    if (cost->rounds < ROUNDS_MIN || cost->rounds > ROUNDS_MAX || cost->block < 1 ||
        cost->block > BLOCK_MAX || cost->lanes < 1 || cost->lanes > LANES_MAX) {
        return 0;
    }
    uint64_t memory = (UINT64_C(128) * cost->block) << cost->rounds;
    return memory <= CRYPTO_COST_MEMORY_MAX && memory * cost->lanes <= CRYPTO_COST_WORK_MAX ? memory
                                                                                            : 0;
}

enum kc_error crypto_stretch(const struct secret *passphrase,
                             const unsigned char salt[CRYPTO_SALT_SIZE],
                             const struct crypto_cost *cost, struct secret **ret_key) {
    uint64_t memory = crypto_cost_memory(cost);
    if (memory == 0) {
        return KC_INVALID;
    }
    KC_AUTO(secret) key = NULL;
    enum kc_error error = secret_new(CRYPTO_KEY_SIZE, &key);
    if (error != KC_OK) {
        return error;
    }
    if (EVP_PBE_scrypt((const char *)secret_view(passphrase), secret_length(passphrase), salt,
                       CRYPTO_SALT_SIZE, UINT64_C(1) << cost->rounds, cost->block, cost->lanes,
                       memory + MEMORY_OVERHEAD, secret_bytes(key), CRYPTO_KEY_SIZE) != 1) {
        return KC_NO_MEMORY; /* the only thing left that can be missing */
    }
    secret_set_length(key, CRYPTO_KEY_SIZE);
    *ret_key = key;
    key = NULL;
    return KC_OK;
}

/* How long a try takes this thread, whoever else uses the machine. */
static enum kc_error measure(const struct crypto_cost *cost, uint64_t *ret_ms) {
    static const unsigned char salt[CRYPTO_SALT_SIZE] = {0};
    KC_AUTO(secret) passphrase = NULL;
    KC_AUTO(secret) key = NULL;
    enum kc_error error = secret_new_copy("measure", strlen("measure"), &passphrase);
    uint64_t before_ms = clock_thread_ms();
    if (error == KC_OK) {
        error = crypto_stretch(passphrase, salt, cost, &key);
    }
    if (error == KC_OK) {
        *ret_ms = clock_thread_ms() - before_ms;
    }
    return error;
}

enum kc_error crypto_cost_choose(struct crypto_cost *ret_cost) {
    struct crypto_cost cost = {.rounds = FIRST_ROUNDS, .block = FIRST_BLOCK, .lanes = 1};
    for (;;) {
        uint64_t taken_ms = 0;
        enum kc_error error = measure(&cost, &taken_ms);
        if (error != KC_OK) {
            return error;
        }
        if (taken_ms >= CRYPTO_COST_TIME_MS || cost.lanes == LANES_MAX / 2) {
            *ret_cost = cost;
            return KC_OK;
        }
        if (crypto_cost_memory(&cost) < CHOSEN_MEMORY) {
            cost.rounds++;
        } else {
            cost.lanes *= 2;
        }
    }
}

enum kc_error crypto_subkey(const struct secret *key, const char *purpose,
                            struct secret **ret_key) {
    KC_AUTO(secret) subkey = NULL;
    enum kc_error error = secret_new(CRYPTO_KEY_SIZE, &subkey);
    if (error != KC_OK) {
        return error;
    }
    char hash[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)secret_view(key),
                                          secret_length(key)),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)purpose, strlen(purpose)),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
    bool done = context != NULL &&
                EVP_KDF_derive(context, secret_bytes(subkey), CRYPTO_KEY_SIZE, parameters) == 1;
    EVP_KDF_CTX_free(context); /* wipes its copy of the key */
    EVP_KDF_free(kdf);
    if (!done) {
        return KC_INTERNAL;
    }
    secret_set_length(subkey, CRYPTO_KEY_SIZE);
    *ret_key = subkey;
    subkey = NULL;
    return KC_OK;
}

enum kc_error crypto_mac(const struct secret *key, const void *bytes, size_t length,
                         unsigned char ret_mac[CRYPTO_MAC_SIZE]) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned written = 0;
    if (secret_length(key) > INT_MAX ||
        HMAC(EVP_sha256(), secret_view(key), (int)secret_length(key), bytes, length, mac,
             &written) == NULL ||
        written != CRYPTO_MAC_SIZE) {
        return KC_INTERNAL;
    }
    memcpy(ret_mac, mac, CRYPTO_MAC_SIZE);
    return KC_OK;
}
