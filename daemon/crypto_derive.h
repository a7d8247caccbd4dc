/* SPDX-License-Identifier: MIT */
/*
 * Keys that are made from something else: from a passphrase, slowly (scrypt, RFC 7914), or from
 * another key (HKDF, RFC 5869); and what a key says about bytes (HMAC, RFC 2104). All with
 * SHA-256. Any thread, but crypto_stretch() and crypto_cost_choose() take long and much memory:
 * workers only.
 */
#ifndef CRYPTO_DERIVE_H
#define CRYPTO_DERIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;

#define CRYPTO_SALT_SIZE 16
#define CRYPTO_MAC_SIZE  32

/* scrypt's parameters, RFC 7914 section 2. */
struct crypto_cost {
    unsigned rounds; /* N is 2 to this */
    unsigned block;  /* r */
    unsigned lanes;  /* p */
};

/* What a try must cost at least when we choose, on the machine where we choose … */
#define CRYPTO_COST_TIME_MS    250
#define CRYPTO_COST_MEMORY_MIN (UINT64_C(64) * 1024 * 1024)
/* … and may cost at most when somebody else chose: a file that isn't ours must not take the
 * machine's memory, or its afternoon. */
#define CRYPTO_COST_MEMORY_MAX (UINT64_C(512) * 1024 * 1024)
#define CRYPTO_COST_WORK_MAX   (UINT64_C(4) * 512 * 1024 * 1024)

/* Bytes that a try takes; 0 when the numbers aren't within the bounds above. Pure. */
uint64_t crypto_cost_memory(const struct crypto_cost *cost);

/* Tries on this machine until one takes CRYPTO_COST_TIME_MS of its processor; about twice as long
 * in all. */
KC_MUST_USE enum kc_error crypto_cost_choose(struct crypto_cost *ret_cost);

/* A key of CRYPTO_KEY_SIZE bytes. KC_INVALID: the cost isn't within the bounds. */
KC_MUST_USE enum kc_error crypto_stretch(const struct secret *passphrase,
                                         const unsigned char salt[CRYPTO_SALT_SIZE],
                                         const struct crypto_cost *cost, struct secret **ret_key);

/* Another key of CRYPTO_KEY_SIZE bytes, for one purpose and no other. */
KC_MUST_USE enum kc_error crypto_subkey(const struct secret *key, const char *purpose,
                                        struct secret **ret_key);

KC_MUST_USE enum kc_error crypto_mac(const struct secret *key, const void *bytes, size_t length,
                                     unsigned char ret_mac[CRYPTO_MAC_SIZE]);

#endif
