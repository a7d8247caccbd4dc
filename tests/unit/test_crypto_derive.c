/* SPDX-License-Identifier: MIT */
/*
 * Keys that are made from something: the vectors of the RFCs, and the bounds.
 *
 * links: daemon/crypto_derive.c libkc/secret.c platform -lcrypto
 */
#include "daemon/crypto_derive.h"

#include "daemon/crypto.h"
#include "libkc/secret.h"
#include "platform/clock.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static struct secret *secret_of(const void *bytes, size_t length) {
    struct secret *secret = NULL;
    assert_int_equal(secret_new_copy(bytes, length, &secret), KC_OK);
    return secret;
}

static void assert_bytes(const unsigned char *bytes, size_t length, const char *hex) {
    static const char digits[] = "0123456789abcdef";
    assert_int_equal(strlen(hex), 2 * length);
    for (size_t i = 0; i < length; i++) {
        assert_int_equal(digits[bytes[i] >> 4], hex[2 * i]);
        assert_int_equal(digits[bytes[i] & 15], hex[2 * i + 1]);
    }
}

/* Computed with Python's hashlib.scrypt(b"pleaseletmein", salt=bytes(range(16)), n=16384, r=8,
 * p=1, dklen=32): RFC 7914's own salts are of another length than ours. */
static void test_crypto_stretch_is_scrypt(void **state) {
    (void)state;
    static const struct crypto_cost cost = {.rounds = 14, .block = 8, .lanes = 1};
    unsigned char salt[CRYPTO_SALT_SIZE];
    for (size_t i = 0; i < sizeof salt; i++) {
        salt[i] = (unsigned char)i;
    }
    KC_AUTO(secret) passphrase = secret_of("pleaseletmein", 13);
    KC_AUTO(secret) key = NULL;
    assert_int_equal(crypto_stretch(passphrase, salt, &cost, &key), KC_OK);
    assert_int_equal(secret_length(key), CRYPTO_KEY_SIZE);
    assert_bytes(secret_view(key), CRYPTO_KEY_SIZE,
                 "531604fe738df33ae62cd2b994bfe3f573ed28c0d9e5547f875b6413189ce59a");
}

/* Computed with an HKDF written down from RFC 5869, with no salt and the info "policy". */
static void test_crypto_subkey_is_hkdf(void **state) {
    (void)state;
    unsigned char bytes[CRYPTO_KEY_SIZE];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)i;
    }
    KC_AUTO(secret) key = secret_of(bytes, sizeof bytes);
    KC_AUTO(secret) subkey = NULL;
    KC_AUTO(secret) other = NULL;
    assert_int_equal(crypto_subkey(key, "policy", &subkey), KC_OK);
    assert_int_equal(crypto_subkey(key, "audit", &other), KC_OK);
    assert_false(secret_equal(subkey, other));
    assert_bytes(secret_view(subkey), CRYPTO_KEY_SIZE,
                 "1782cf28a6dc6398bc1ec56bd7a7866639786c47c1447131c3b60b6c4025785d");
}

/* RFC 4231, test case 2. */
static void test_crypto_mac_is_hmac(void **state) {
    (void)state;
    KC_AUTO(secret) key = secret_of("Jefe", 4);
    unsigned char mac[CRYPTO_MAC_SIZE];
    assert_int_equal(crypto_mac(key, "what do ya want for nothing?", 28, mac), KC_OK);
    assert_bytes(mac, sizeof mac,
                 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void test_crypto_cost_has_bounds(void **state) {
    (void)state;
    static const struct crypto_cost good[] = {{10, 1, 1}, {17, 8, 1}, {22, 1, 4}, {19, 8, 4}};
    static const struct crypto_cost bad[] = {{9, 8, 1},   {23, 1, 1}, {22, 2, 1},
                                             {20, 8, 1},  {19, 8, 5}, {17, 0, 1},
                                             {17, 33, 1}, {17, 8, 0}, {17, 8, 17}};
    unsigned char salt[CRYPTO_SALT_SIZE] = {0};
    KC_AUTO(secret) passphrase = secret_of("x", 1);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(crypto_cost_memory(&good[i]) > 0);
        assert_true(crypto_cost_memory(&good[i]) <= CRYPTO_COST_MEMORY_MAX);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct secret *key = NULL;
        assert_int_equal(crypto_cost_memory(&bad[i]), 0);
        assert_int_equal(crypto_stretch(passphrase, salt, &bad[i], &key), KC_INVALID);
        assert_null(key);
    }
}

static void test_crypto_chosen_cost_is_high_enough_here(void **state) {
    (void)state;
    struct crypto_cost cost = {0};
    unsigned char salt[CRYPTO_SALT_SIZE] = {0};
    KC_AUTO(secret) passphrase = secret_of("x", 1);
    KC_AUTO(secret) key = NULL;
    assert_int_equal(crypto_cost_choose(&cost), KC_OK);
    assert_true(crypto_cost_memory(&cost) >= CRYPTO_COST_MEMORY_MIN);
    uint64_t before_ms = clock_thread_ms();
    assert_int_equal(crypto_stretch(passphrase, salt, &cost, &key), KC_OK);
    /* A clock that ticks and a processor that warms up may differ by a little. */
    assert_true(clock_thread_ms() - before_ms >= CRYPTO_COST_TIME_MS * 8 / 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crypto_stretch_is_scrypt),
        cmocka_unit_test(test_crypto_subkey_is_hkdf),
        cmocka_unit_test(test_crypto_mac_is_hmac),
        cmocka_unit_test(test_crypto_cost_has_bounds),
        cmocka_unit_test(test_crypto_chosen_cost_is_high_enough_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
