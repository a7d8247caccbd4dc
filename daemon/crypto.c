/* SPDX-License-Identifier: MIT */
/*
 * The only file that talks to OpenSSL's ciphers. What is sealed and with which names is fixed
 * here; where keys come from (keyslot.c) and where sealed bytes go (store/) is not known.
 */
#include "daemon/crypto.h"

#include "libkc/parse.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"
#include "platform/random.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The parts of a sealed value, in their order. */
#define VERSION     1
#define KEY_ID_SIZE 8
#define HEADER_SIZE (1 + KEY_ID_SIZE)
#define NONCE_SIZE  12
#define TAG_SIZE    16

_Static_assert(HEADER_SIZE + NONCE_SIZE + TAG_SIZE == CRYPTO_SEALED_OVERHEAD,
               "the header file says how much sealing adds");
_Static_assert(2 * KEY_ID_SIZE + 1 == CRYPTO_KEY_ID_SIZE, "a key id is shown in hex");

/* What a sealed value is bound to. */
struct binding {
    const unsigned char *header; /* version and key id */
    const char *service;
    const char *target;
    const struct attributes *attributes;
};

enum kc_error crypto_begin(void) {
    const uint64_t options = OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
                             OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS;
    return OPENSSL_init_crypto(options, NULL) == 1 ? KC_OK : KC_NO_MEMORY;
}

/* The kernel's: OpenSSL's own generator is three, and all of them hold memory for good. */
enum kc_error crypto_random(void *buffer, size_t size) {
    return random_fill(buffer, size);
}

enum kc_error crypto_hash(const void *bytes, size_t length,
                          unsigned char ret_hash[CRYPTO_HASH_SIZE]) {
    unsigned char hash[CRYPTO_HASH_SIZE];
    if (EVP_Digest(bytes, length, hash, NULL, EVP_sha256(), NULL) != 1) {
        return KC_INTERNAL;
    }
    memcpy(ret_hash, hash, sizeof hash);
    return KC_OK;
}

/* In two updates, so that no copy of the key is made beside the label. */
static bool hash_key(EVP_MD_CTX *context, const struct secret *key,
                     unsigned char ret_hash[CRYPTO_HASH_SIZE]) {
    /* The label, with its NUL, keeps this hash apart from any other use of the key. */
    static const char label[] = "keychain-auth key id";
    return EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
           EVP_DigestUpdate(context, label, sizeof label) == 1 &&
           EVP_DigestUpdate(context, secret_view(key), secret_length(key)) == 1 &&
           EVP_DigestFinal_ex(context, ret_hash, NULL) == 1;
}

static enum kc_error name_key(const struct secret *key, unsigned char ret_id[KEY_ID_SIZE]) {
    if (secret_length(key) != CRYPTO_KEY_SIZE) {
        return KC_INVALID;
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL) {
        return KC_NO_MEMORY;
    }
    unsigned char hash[CRYPTO_HASH_SIZE];
    bool done = hash_key(context, key, hash);
    EVP_MD_CTX_free(context); /* wipes what it still holds of the key */
    if (!done) {
        return KC_INTERNAL;
    }
    memcpy(ret_id, hash, KEY_ID_SIZE);
    return KC_OK;
}

enum kc_error crypto_key_id(const struct secret *key, char ret_id[CRYPTO_KEY_ID_SIZE]) {
    unsigned char id[KEY_ID_SIZE];
    enum kc_error error = name_key(key, id);
    if (error == KC_OK) {
        parse_write_hex(id, sizeof id, ret_id);
    }
    return error;
}

static bool feed(EVP_CIPHER_CTX *context, const void *bytes, size_t length) {
    int ignored = 0;
    return length == 0 || (length <= INT_MAX &&
                           EVP_CipherUpdate(context, NULL, &ignored, bytes, (int)length) == 1);
}

static bool feed_number(EVP_CIPHER_CTX *context, uint64_t number) {
    unsigned char bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(number >> (56 - 8 * i));
    }
    return feed(context, bytes, sizeof bytes);
}

/* The length goes first, so that the same bytes cut at another place are other input. */
static bool feed_field(EVP_CIPHER_CTX *context, const void *bytes, size_t length) {
    return feed_number(context, length) && feed(context, bytes, length);
}

static bool feed_text(EVP_CIPHER_CTX *context, const char *text) {
    return feed_field(context, text, strlen(text));
}

static bool feed_binding(EVP_CIPHER_CTX *context, const struct binding *binding) {
    bool fed = feed_field(context, binding->header, HEADER_SIZE) &&
               feed_text(context, binding->service) && feed_text(context, binding->target) &&
               feed_number(context, binding->attributes->count);
    for (size_t i = 0; fed && i < binding->attributes->count; i++) {
        fed = feed_text(context, binding->attributes->items[i].name) &&
              feed_text(context, binding->attributes->items[i].value);
    }
    return fed;
}

enum direction { OPENING = 0, SEALING = 1 }; /* as EVP_CipherInit_ex(3) counts them */

static bool begin(EVP_CIPHER_CTX *context, enum direction direction, const struct secret *key,
                  const unsigned char *nonce, const struct binding *binding) {
    return EVP_CipherInit_ex(context, EVP_aes_256_gcm(), NULL, secret_view(key), nonce,
                             (int)direction) == 1 &&
           feed_binding(context, binding);
}

static bool transform(EVP_CIPHER_CTX *context, const unsigned char *bytes, size_t length,
                      unsigned char *output) {
    int written = 0;
    return length == 0 || (EVP_CipherUpdate(context, output, &written, bytes, (int)length) == 1 &&
                           written == (int)length);
}

/* `sealed` begins with the header and has room for the rest. */
static enum kc_error seal_into(EVP_CIPHER_CTX *context, const struct secret *key,
                               const struct binding *binding, const struct secret *value,
                               unsigned char *sealed) {
    unsigned char *nonce = sealed + HEADER_SIZE;
    unsigned char *text = nonce + NONCE_SIZE;
    unsigned char *tag = text + secret_length(value);
    enum kc_error error = crypto_random(nonce, NONCE_SIZE);
    if (error != KC_OK) {
        return error;
    }
    int none = 0;
    bool done = begin(context, SEALING, key, nonce, binding) &&
                transform(context, secret_view(value), secret_length(value), text) &&
                EVP_CipherFinal_ex(context, tag, &none) == 1 &&
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, tag) == 1;
    return done ? KC_OK : KC_INTERNAL;
}

enum kc_error crypto_seal(const struct secret *key, const char *service, const char *target,
                          const struct attributes *attributes, const struct secret *value,
                          unsigned char **ret_sealed, size_t *ret_length) {
    if (secret_length(value) > INT_MAX - CRYPTO_SEALED_OVERHEAD) {
        return KC_TOO_BIG;
    }
    unsigned char header[HEADER_SIZE] = {VERSION};
    enum kc_error error = name_key(key, header + 1);
    if (error != KC_OK) {
        return error;
    }
    size_t length = secret_length(value) + CRYPTO_SEALED_OVERHEAD;
    unsigned char *sealed = malloc(length);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    error = KC_NO_MEMORY;
    if (sealed != NULL && context != NULL) {
        memcpy(sealed, header, sizeof header);
        struct binding binding = {sealed, service, target, attributes};
        error = seal_into(context, key, &binding, value, sealed);
    }
    EVP_CIPHER_CTX_free(context);
    if (error != KC_OK) {
        free(sealed);
        return error;
    }
    *ret_sealed = sealed;
    *ret_length = length;
    return KC_OK;
}

/* The value is nobody's before its tag was verified: it is written to the caller's pages, and
 * the caller wipes them unless the answer is KC_OK. */
static enum kc_error unseal_into(EVP_CIPHER_CTX *context, const struct secret *key,
                                 const struct binding *binding, size_t value_length,
                                 struct secret *value) {
    const unsigned char *nonce = binding->header + HEADER_SIZE;
    const unsigned char *text = nonce + NONCE_SIZE;
    unsigned char tag[TAG_SIZE]; /* OpenSSL wants it writable */
    memcpy(tag, text + value_length, TAG_SIZE);

    if (!begin(context, OPENING, key, nonce, binding) ||
        !transform(context, text, value_length, secret_bytes(value)) ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, tag) != 1) {
        return KC_INTERNAL;
    }
    unsigned char rest[EVP_MAX_BLOCK_LENGTH];
    int none = 0;
    if (EVP_CipherFinal_ex(context, rest, &none) != 1) {
        return KC_DAMAGED;
    }
    secret_set_length(value, value_length);
    return KC_OK;
}

enum kc_error crypto_unseal(const struct secret *key, const char *service, const char *target,
                            const struct attributes *attributes, const unsigned char *sealed,
                            size_t length, struct secret **ret_value) {
    unsigned char header[HEADER_SIZE] = {VERSION};
    enum kc_error error = name_key(key, header + 1);
    if (error != KC_OK) {
        return error;
    }
    if (length < CRYPTO_SEALED_OVERHEAD || length > INT_MAX ||
        memcmp(sealed, header, sizeof header) != 0) {
        return KC_DAMAGED;
    }
    size_t value_length = length - CRYPTO_SEALED_OVERHEAD;
    KC_AUTO(secret) value = NULL;
    error = secret_new(value_length + 1, &value); /* a NUL follows the value */
    if (error != KC_OK) {
        return error;
    }
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context == NULL) {
        return KC_NO_MEMORY;
    }
    struct binding binding = {sealed, service, target, attributes};
    error = unseal_into(context, key, &binding, value_length, value);
    EVP_CIPHER_CTX_free(context);
    if (error == KC_OK) {
        *ret_value = value;
        value = NULL;
    }
    return error;
}
