/* SPDX-License-Identifier: MIT */
/*
 * Random bytes, and what we ask of OpenSSL: SHA-256, and the sealing of an item. The same sealed
 * form goes into every store. Pure apart from the random source; any thread.
 */
#ifndef CRYPTO_H
#define CRYPTO_H

#include <stddef.h>

#include "libkc/attributes.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;

#define CRYPTO_KEY_SIZE        32
#define CRYPTO_HASH_SIZE       32
#define CRYPTO_KEY_ID_SIZE     17 /* 16 hex digits and a NUL */
#define CRYPTO_SEALED_OVERHEAD 37 /* bytes that sealing adds to a value */

/* Once, before anything else here, in a program: OpenSSL then reads no configuration, neither the
 * system's nor the one that OPENSSL_CONF names, which may load anybody's code into the process
 * (config(5)); nor its tables of error texts, which nobody is shown. KC_NO_MEMORY. */
KC_MUST_USE enum kc_error crypto_begin(void);

/* From a generator that is fit for keys. */
KC_MUST_USE enum kc_error crypto_random(void *buffer, size_t size);

/* SHA-256 (FIPS 180-4). */
KC_MUST_USE enum kc_error crypto_hash(const void *bytes, size_t length,
                                      unsigned char ret_hash[CRYPTO_HASH_SIZE]);

/* A name for a key that gives nothing of it away: the first 8 bytes of
 * SHA-256("keychain-auth key id\0" || key), in hex. KC_INVALID: not CRYPTO_KEY_SIZE bytes. */
KC_MUST_USE enum kc_error crypto_key_id(const struct secret *key, char ret_id[CRYPTO_KEY_ID_SIZE]);

/*
 * Seals `value` for these names with AES-256-GCM (NIST SP 800-38D) and a random 96-bit nonce:
 *     version (1 byte, 1) | key id (8 bytes) | nonce (12) | ciphertext | tag (16)
 * The version, the key id, the names and the attributes are authenticated; each is fed with its
 * length, so that no two different sets of names look alike. A random nonce is sound for 2^32
 * values under one key (SP 800-38D, section 8.3). free() the sealed bytes. KC_INVALID: the key
 * isn't CRYPTO_KEY_SIZE bytes.
 */
KC_MUST_USE enum kc_error crypto_seal(const struct secret *key, const char *service,
                                      const char *target, const struct attributes *attributes,
                                      const struct secret *value, unsigned char **ret_sealed,
                                      size_t *ret_length);

/* KC_DAMAGED: not sealed for these names by this key, or altered. */
KC_MUST_USE enum kc_error crypto_unseal(const struct secret *key, const char *service,
                                        const char *target, const struct attributes *attributes,
                                        const unsigned char *sealed, size_t length,
                                        struct secret **ret_value);

#endif
