/* SPDX-License-Identifier: MIT */
/*
 * The session algorithm: two sides agree, values come through, and what isn't of the group or of
 * the key is refused.
 * links: libkcshim/server_dh.c kc_static -lgcrypt -lcrypto
 */
#include "libkc/secret.h"
#include "libkcshim/server_dh.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

/* HKDF as RFC 5869 writes it, without salt and info, for the first 16 bytes. */
static void derive(const unsigned char shared[DH_NUMBER_SIZE], unsigned char key[DH_KEY_SIZE]) {
    static const unsigned char salt[32];
    static const unsigned char counter = 1;
    unsigned char extracted[32];
    unsigned char expanded[32];
    unsigned length = 0;
    assert_non_null(
        HMAC(EVP_sha256(), salt, sizeof salt, shared, DH_NUMBER_SIZE, extracted, &length));
    assert_non_null(
        HMAC(EVP_sha256(), extracted, sizeof extracted, &counter, 1, expanded, &length));
    memcpy(key, expanded, DH_KEY_SIZE);
}

static enum kc_error agree(const unsigned char *theirs, size_t length,
                           unsigned char ours[DH_NUMBER_SIZE], unsigned char key[DH_KEY_SIZE]) {
    struct dh_agreement *agreement = NULL;
    enum kc_error error = dh_begin(theirs, length, ours, &agreement);
    if (error == KC_OK) {
        error = dh_finish(&agreement, key);
    }
    assert_null(agreement);
    return error;
}

static void test_dh_agrees_with_the_other_side(void **state) {
    unsigned char theirs[DH_NUMBER_SIZE];
    unsigned char ours[DH_NUMBER_SIZE];
    unsigned char shared[DH_NUMBER_SIZE];
    unsigned char key[DH_KEY_SIZE];
    unsigned char wanted[DH_KEY_SIZE];
    BN_CTX *context = BN_CTX_new();
    BIGNUM *prime = BN_get_rfc2409_prime_1024(NULL);
    BIGNUM *base = BN_new();
    BIGNUM *exponent = BN_new();
    BIGNUM *number = BN_new();
    (void)state;
    assert_int_equal(BN_set_word(base, 2), 1);
    assert_int_equal(BN_rand(exponent, 200, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY), 1);
    assert_int_equal(BN_mod_exp(number, base, exponent, prime, context), 1);
    assert_int_equal(BN_bn2binpad(number, theirs, sizeof theirs), DH_NUMBER_SIZE);
    assert_int_equal(agree(theirs, sizeof theirs, ours, key), KC_OK);
    assert_non_null(BN_bin2bn(ours, sizeof ours, number));
    assert_int_equal(BN_mod_exp(number, number, exponent, prime, context), 1);
    assert_int_equal(BN_bn2binpad(number, shared, sizeof shared), DH_NUMBER_SIZE);
    derive(shared, wanted);
    assert_memory_equal(key, wanted, sizeof key);
    BN_free(prime);
    BN_free(base);
    BN_free(exponent);
    BN_free(number);
    BN_CTX_free(context);
}

static void test_dh_refuses_numbers_that_give_the_key_away(void **state) {
    unsigned char number[DH_NUMBER_SIZE + 1] = {0};
    unsigned char ours[DH_NUMBER_SIZE];
    unsigned char key[DH_KEY_SIZE];
    BIGNUM *prime = BN_get_rfc2409_prime_1024(NULL);
    (void)state;
    assert_int_equal(agree(number, 0, ours, key), KC_INVALID);
    assert_int_equal(agree(number, 1, ours, key), KC_INVALID);
    number[0] = 1;
    assert_int_equal(agree(number, 1, ours, key), KC_INVALID);
    assert_int_equal(agree(number, sizeof number, ours, key), KC_INVALID);
    assert_int_equal(BN_bn2binpad(prime, number, DH_NUMBER_SIZE), DH_NUMBER_SIZE);
    assert_int_equal(agree(number, DH_NUMBER_SIZE, ours, key), KC_INVALID);
    number[DH_NUMBER_SIZE - 1]--;
    assert_int_equal(agree(number, DH_NUMBER_SIZE, ours, key), KC_INVALID);
    BN_free(prime);
}

static void test_dh_brings_values_of_every_length_back(void **state) {
    static const unsigned char key[DH_KEY_SIZE] = "0123456789abcde";
    unsigned char bytes[100];
    (void)state;
    memset(bytes, 0xa5, sizeof bytes);
    for (size_t length = 0; length <= sizeof bytes; length++) {
        KC_AUTO(secret) plain = NULL;
        KC_AUTO(secret) back = NULL;
        unsigned char start[DH_BLOCK_SIZE];
        unsigned char sealed[sizeof bytes + DH_BLOCK_SIZE];
        assert_int_equal(secret_new_copy(bytes, length, &plain), KC_OK);
        assert_int_equal(dh_seal(key, plain, start, sealed), KC_OK);
        assert_int_equal(dh_open(key, start, sealed, dh_sealed_length(length), &back), KC_OK);
        assert_true(secret_equal(plain, back));
    }
}

static void test_dh_refuses_what_has_no_padding(void **state) {
    static const unsigned char key[DH_KEY_SIZE] = "0123456789abcde";
    static const unsigned char zeros[2 * DH_BLOCK_SIZE];
    struct secret *back = NULL;
    (void)state;
    assert_int_equal(dh_open(key, zeros, zeros, 0, &back), KC_INVALID);
    assert_int_equal(dh_open(key, zeros, zeros, DH_BLOCK_SIZE + 1, &back), KC_INVALID);
    assert_int_equal(dh_open(key, zeros, zeros, sizeof zeros, &back), KC_INVALID);
    assert_null(back);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dh_agrees_with_the_other_side),
        cmocka_unit_test(test_dh_refuses_numbers_that_give_the_key_away),
        cmocka_unit_test(test_dh_brings_values_of_every_length_back),
        cmocka_unit_test(test_dh_refuses_what_has_no_padding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
