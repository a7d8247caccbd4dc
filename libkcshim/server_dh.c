/* SPDX-License-Identifier: MIT */
/* Nothing but calls of libcrypto (3.0). */
#include "libkcshim/server_dh.h"

#include "libkc/secret.h"
#include "platform/secmem.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <limits.h>

/* Bits of our exponent: twice the strength of the group, and four times as quick as one of the
 * group's own length (RFC 7919, 5.2). */
#define EXPONENT_BITS 256

/* Everything that an agreement needs, released together. */
struct agreement {
    BN_CTX *context;
    BIGNUM *prime;
    BIGNUM *generator;
    BIGNUM *theirs;
    BIGNUM *own; /* the secret exponent */
    BIGNUM *result;
};

static void agreement_clear(struct agreement *agreement) {
    BN_free(agreement->prime);
    BN_free(agreement->generator);
    BN_free(agreement->theirs);
    BN_clear_free(agreement->own);
    BN_clear_free(agreement->result);
    BN_CTX_free(agreement->context);
}

static enum kc_error agreement_init(struct agreement *agreement, const unsigned char *theirs,
                                    size_t length) {
    agreement->context = BN_CTX_secure_new();
    agreement->prime = BN_get_rfc2409_prime_1024(NULL);
    agreement->generator = BN_new();
    agreement->own = BN_secure_new();
    agreement->result = BN_secure_new();
    agreement->theirs = BN_bin2bn(theirs, (int)length, NULL);
    if (agreement->context == NULL || agreement->prime == NULL || agreement->generator == NULL ||
        agreement->own == NULL || agreement->result == NULL || agreement->theirs == NULL ||
        BN_set_word(agreement->generator, 2) != 1 ||
        BN_priv_rand(agreement->own, EXPONENT_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) != 1) {
        return KC_NO_MEMORY;
    }
    BN_set_flags(agreement->own, BN_FLG_CONSTTIME);
    return KC_OK;
}

/* 0, 1 and the prime less 1 would give the key away. */
static enum kc_error check_theirs(const struct agreement *agreement) {
    BIGNUM *last = BN_dup(agreement->prime);
    if (last == NULL || BN_sub_word(last, 1) != 1) {
        BN_free(last);
        return KC_NO_MEMORY;
    }
    int is_good = !BN_is_zero(agreement->theirs) && !BN_is_one(agreement->theirs) &&
                  BN_cmp(agreement->theirs, last) < 0;
    BN_free(last);
    return is_good ? KC_OK : KC_INVALID;
}

static enum kc_error power(struct agreement *agreement, const BIGNUM *base,
                           unsigned char ret_number[DH_NUMBER_SIZE]) {
    if (BN_mod_exp(agreement->result, base, agreement->own, agreement->prime, agreement->context) !=
            1 ||
        BN_bn2binpad(agreement->result, ret_number, DH_NUMBER_SIZE) != DH_NUMBER_SIZE) {
        return KC_INTERNAL;
    }
    return KC_OK;
}

static enum kc_error derive(unsigned char shared[DH_NUMBER_SIZE],
                            unsigned char ret_key[DH_KEY_SIZE]) {
    char hash[] = "SHA256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, shared, DH_NUMBER_SIZE),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
    int done = context != NULL ? EVP_KDF_derive(context, ret_key, DH_KEY_SIZE, parameters) : 0;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return done == 1 ? KC_OK : KC_INTERNAL;
}

enum kc_error dh_agree(const unsigned char *theirs, size_t length,
                       unsigned char ret_ours[DH_NUMBER_SIZE], unsigned char ret_key[DH_KEY_SIZE]) {
    struct agreement agreement = {0};
    unsigned char shared[DH_NUMBER_SIZE];
    if (length > DH_NUMBER_SIZE) {
        return KC_INVALID;
    }
    enum kc_error error = agreement_init(&agreement, theirs, length);
    if (error == KC_OK) {
        error = check_theirs(&agreement);
    }
    if (error == KC_OK) {
        error = power(&agreement, agreement.generator, ret_ours);
    }
    if (error == KC_OK) {
        error = power(&agreement, agreement.theirs, shared);
    }
    if (error == KC_OK) {
        error = derive(shared, ret_key);
    }
    agreement_clear(&agreement);
    secmem_wipe(shared, sizeof shared);
    return error;
}

size_t dh_sealed_length(size_t length) {
    return length / DH_BLOCK_SIZE * DH_BLOCK_SIZE + DH_BLOCK_SIZE;
}

enum kc_error dh_seal(const unsigned char key[DH_KEY_SIZE], const struct secret *plain,
                      unsigned char ret_start[DH_BLOCK_SIZE], unsigned char *ret_sealed) {
    int length = 0;
    int rest = 0;
    if (secret_length(plain) > INT_MAX - DH_BLOCK_SIZE ||
        RAND_bytes(ret_start, DH_BLOCK_SIZE) != 1) {
        return KC_INTERNAL;
    }
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int done = context != NULL &&
               EVP_EncryptInit_ex(context, EVP_aes_128_cbc(), NULL, key, ret_start) == 1 &&
               EVP_EncryptUpdate(context, ret_sealed, &length, secret_view(plain),
                                 (int)secret_length(plain)) == 1 &&
               EVP_EncryptFinal_ex(context, ret_sealed + length, &rest) == 1;
    EVP_CIPHER_CTX_free(context);
    return done ? KC_OK : KC_INTERNAL;
}

enum kc_error dh_open(const unsigned char key[DH_KEY_SIZE],
                      const unsigned char start[DH_BLOCK_SIZE], const unsigned char *sealed,
                      size_t length, struct secret **ret_plain) {
    KC_AUTO(secret) plain = NULL;
    int written = 0;
    int rest = 0;
    if (length == 0 || length % DH_BLOCK_SIZE != 0 || length > INT_MAX) {
        return KC_INVALID;
    }
    enum kc_error error = secret_new(length + DH_BLOCK_SIZE, &plain);
    if (error != KC_OK) {
        return error;
    }
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int done =
        context != NULL && EVP_DecryptInit_ex(context, EVP_aes_128_cbc(), NULL, key, start) == 1 &&
        EVP_DecryptUpdate(context, secret_bytes(plain), &written, sealed, (int)length) == 1 &&
        EVP_DecryptFinal_ex(context, secret_bytes(plain) + written, &rest) == 1;
    EVP_CIPHER_CTX_free(context);
    if (!done) {
        return KC_INVALID;
    }
    secret_set_length(plain, (size_t)(written + rest));
    *ret_plain = plain;
    plain = NULL;
    return KC_OK;
}
