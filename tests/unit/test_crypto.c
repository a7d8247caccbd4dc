/* SPDX-License-Identifier: MIT */
/*
 * Sealing: the form that header promises, computed by an independent program, and that nothing
 * but the right key, names and attributes opens it.
 *
 * links: daemon/crypto.c libkc/attributes.c libkc/parse.c libkc/secret.c platform -lcrypto
 */
#include "daemon/crypto.h"

#include "libkc/parse.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static struct secret *key_counting_from(unsigned first) {
    unsigned char bytes[CRYPTO_KEY_SIZE];
    for (unsigned i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(first + i);
    }
    struct secret *key = NULL;
    assert_int_equal(secret_new_copy(bytes, sizeof bytes, &key), KC_OK);
    return key;
}

static void decode_hex(const char *text, unsigned char *ret_bytes) {
    for (size_t i = 0; text[2 * i] != '\0'; i++) {
        char digits[3] = {text[2 * i], text[2 * i + 1], '\0'};
        ret_bytes[i] = (unsigned char)strtoul(digits, NULL, 16);
    }
}

/* What the cases seal and open: one value under two attributes. */
struct sealed {
    struct secret *key;
    struct attributes attributes;
    unsigned char *bytes;
    size_t length;
};

static int seal_one(void **state) {
    struct sealed *sealed = calloc(1, sizeof *sealed);
    assert_non_null(sealed);
    sealed->key = key_counting_from(0);
    assert_int_equal(attributes_add(&sealed->attributes, "ab", "c"), KC_OK);
    assert_int_equal(attributes_add(&sealed->attributes, "environment", "production"), KC_OK);
    struct secret *value = NULL;
    assert_int_equal(secret_new_copy("hunter2", 7, &value), KC_OK);
    assert_int_equal(crypto_seal(sealed->key, "ab", "c:d", &sealed->attributes, value,
                                 &sealed->bytes, &sealed->length),
                     KC_OK);
    secret_free(value);
    *state = sealed;
    return 0;
}

static int drop_one(void **state) {
    struct sealed *sealed = *state;
    secret_free(sealed->key);
    attributes_clear(&sealed->attributes);
    free(sealed->bytes);
    free(sealed);
    return 0;
}

static void test_crypto_hashes_as_fips_180_says(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *hash;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned char hash[CRYPTO_HASH_SIZE];
        char text[2 * CRYPTO_HASH_SIZE + 1];
        assert_int_equal(crypto_hash(cases[i].text, strlen(cases[i].text), hash), KC_OK);
        parse_write_hex(hash, sizeof hash, text);
        assert_string_equal(text, cases[i].hash);
    }
}

static void test_crypto_names_a_key_by_its_labelled_hash(void **state) {
    (void)state;
    struct secret *key = key_counting_from(0);
    char id[CRYPTO_KEY_ID_SIZE];
    assert_int_equal(crypto_key_id(key, id), KC_OK);
    assert_string_equal(id, "348ae0c9db41319f");
    secret_free(key);
}

static void test_crypto_refuses_a_key_of_another_size(void **state) {
    struct sealed *sealed = *state;
    static const size_t sizes[] = {0, 16, CRYPTO_KEY_SIZE - 1, CRYPTO_KEY_SIZE + 1};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct secret *key = NULL;
        assert_int_equal(secret_new(sizes[i], &key), KC_OK);
        secret_set_length(key, sizes[i]);
        char id[CRYPTO_KEY_ID_SIZE] = "untouched";
        unsigned char *bytes = NULL;
        size_t length = 0;
        struct secret *value = NULL;
        assert_int_equal(crypto_key_id(key, id), KC_INVALID);
        assert_string_equal(id, "untouched");
        assert_int_equal(
            crypto_seal(key, "a", "b", &sealed->attributes, sealed->key, &bytes, &length),
            KC_INVALID);
        assert_int_equal(crypto_unseal(key, "ab", "c:d", &sealed->attributes, sealed->bytes,
                                       sealed->length, &value),
                         KC_INVALID);
        assert_null(bytes);
        assert_null(value);
        secret_free(key);
    }
}

/* Sealed by another implementation (AES-256-GCM written out by the standard, checked with the
 * published vectors) from the form in crypto.h. */
static void test_crypto_opens_what_another_program_sealed(void **state) {
    (void)state;
    static const struct {
        const char *target;
        const char *environment;
        const char *value;
        const char *sealed;
    } cases[] = {
        {"prod-ключ", "production", "hunter2 and more than one block",
         "01348ae0c9db41319fa0a1a2a3a4a5a6a7a8a9aaab8e6d125920b9309f030be3f36a15b2bb50d83171fc97"
         "2d02f92e44ea10c81e866da07925e18a9d13d9a90db56f4771"},
        {"empty", NULL, "",
         "01348ae0c9db41319fa0a1a2a3a4a5a6a7a8a9aaab6b175801e35a8b3d5adc195dd638d833"},
    };
    struct secret *key = key_counting_from(0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned char sealed[128];
        struct attributes attributes = {0};
        if (cases[i].environment != NULL) {
            assert_int_equal(attributes_add(&attributes, "environment", cases[i].environment),
                             KC_OK);
        }
        struct secret *value = NULL;
        decode_hex(cases[i].sealed, sealed);
        assert_int_equal(crypto_unseal(key, "aws", cases[i].target, &attributes, sealed,
                                       strlen(cases[i].sealed) / 2, &value),
                         KC_OK);
        assert_int_equal(secret_length(value), strlen(cases[i].value));
        assert_string_equal((const char *)secret_view(value), cases[i].value);
        secret_free(value);
        attributes_clear(&attributes);
    }
    secret_free(key);
}

static void test_crypto_opens_what_it_sealed_at_every_size(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4096, KC_VALUE_MAX};
    struct secret *key = key_counting_from(7);
    struct attributes none = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct secret *value = NULL;
        struct secret *opened = NULL;
        unsigned char *sealed = NULL;
        size_t length = 0;
        assert_int_equal(secret_new(sizes[i], &value), KC_OK);
        memset(secret_bytes(value), 'v', sizes[i]);
        secret_set_length(value, sizes[i]);
        assert_int_equal(crypto_seal(key, "s", "t", &none, value, &sealed, &length), KC_OK);
        assert_int_equal(length, sizes[i] + CRYPTO_SEALED_OVERHEAD);
        assert_int_equal(crypto_unseal(key, "s", "t", &none, sealed, length, &opened), KC_OK);
        assert_true(secret_equal(value, opened));
        secret_free(value);
        secret_free(opened);
        free(sealed);
    }
    secret_free(key);
}

static void test_crypto_never_seals_twice_alike(void **state) {
    struct sealed *first = *state;
    void *other = NULL;
    seal_one(&other);
    struct sealed *second = other;
    assert_int_equal(first->length, second->length);
    assert_memory_equal(first->bytes, second->bytes, 9);              /* version and key id */
    assert_memory_not_equal(first->bytes + 9, second->bytes + 9, 12); /* nonce */
    assert_memory_not_equal(first->bytes + 21, second->bytes + 21, 7);
    drop_one(&other);
}

static void assert_damaged(const struct sealed *sealed, const unsigned char *bytes, size_t length) {
    struct secret *value = NULL;
    assert_int_equal(
        crypto_unseal(sealed->key, "ab", "c:d", &sealed->attributes, bytes, length, &value),
        KC_DAMAGED);
    assert_null(value);
}

static void test_crypto_sees_every_flipped_bit(void **state) {
    struct sealed *sealed = *state;
    for (size_t bit = 0; bit < sealed->length * 8; bit++) {
        sealed->bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        assert_damaged(sealed, sealed->bytes, sealed->length);
        sealed->bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
}

static void test_crypto_sees_every_cut(void **state) {
    struct sealed *sealed = *state;
    for (size_t length = 0; length < sealed->length; length++) {
        /* An exact copy, so that a sanitizer sees a read behind the end. */
        unsigned char *cut = malloc(length + 1);
        assert_non_null(cut);
        memcpy(cut, sealed->bytes, length);
        cut[length] = 0;
        assert_damaged(sealed, cut, length);
        free(cut);
    }
}

static void test_crypto_sees_appended_bytes(void **state) {
    struct sealed *sealed = *state;
    unsigned char longer[128] = {0};
    memcpy(longer, sealed->bytes, sealed->length);
    assert_damaged(sealed, longer, sealed->length + 1);
}

static void test_crypto_opens_for_the_same_names_only(void **state) {
    struct sealed *sealed = *state;
    static const struct {
        const char *service;
        const char *target;
        const char *names[2]; /* of the attributes */
        const char *values[2];
        enum kc_error expected;
    } cases[] = {
        {"ab", "c:d", {"ab", "environment"}, {"c", "production"}, KC_OK},
        {"ab", "c:e", {"ab", "environment"}, {"c", "production"}, KC_DAMAGED},
        {"AB", "c:d", {"ab", "environment"}, {"c", "production"}, KC_DAMAGED},
        {"a", "bc:d", {"ab", "environment"}, {"c", "production"}, KC_DAMAGED},
        {"ab:c", "d", {"ab", "environment"}, {"c", "production"}, KC_DAMAGED},
        {"c:d", "ab", {"ab", "environment"}, {"c", "production"}, KC_DAMAGED},
        {"ab", "c:d", {"a", "environment"}, {"bc", "production"}, KC_DAMAGED},
        {"ab", "c:d", {"ab", "environment"}, {"c", "staging"}, KC_DAMAGED},
        {"ab", "c:d", {"ab", "environmen"}, {"c", "tproduction"}, KC_DAMAGED},
        {"ab", "c:d", {"ab", NULL}, {"c", NULL}, KC_DAMAGED},
        {"ab", "c:d", {NULL, NULL}, {NULL, NULL}, KC_DAMAGED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct attributes attributes = {0};
        for (size_t n = 0; n < 2 && cases[i].names[n] != NULL; n++) {
            assert_int_equal(attributes_add(&attributes, cases[i].names[n], cases[i].values[n]),
                             KC_OK);
        }
        struct secret *value = NULL;
        enum kc_error error = crypto_unseal(sealed->key, cases[i].service, cases[i].target,
                                            &attributes, sealed->bytes, sealed->length, &value);
        assert_int_equal(error, cases[i].expected);
        assert_int_equal(value != NULL, error == KC_OK);
        secret_free(value);
        attributes_clear(&attributes);
    }
}

static void test_crypto_opens_with_the_same_key_only(void **state) {
    struct sealed *sealed = *state;
    struct secret *key = key_counting_from(1);
    struct secret *value = NULL;
    assert_int_equal(
        crypto_unseal(key, "ab", "c:d", &sealed->attributes, sealed->bytes, sealed->length, &value),
        KC_DAMAGED);
    /* Nor when the other key's id is written over ours: the id is not the lock. */
    char id[CRYPTO_KEY_ID_SIZE];
    assert_int_equal(crypto_key_id(key, id), KC_OK);
    decode_hex(id, sealed->bytes + 1);
    assert_int_equal(
        crypto_unseal(key, "ab", "c:d", &sealed->attributes, sealed->bytes, sealed->length, &value),
        KC_DAMAGED);
    assert_null(value);
    secret_free(key);
}

static void test_crypto_random_fills_all_bytes(void **state) {
    (void)state;
    unsigned char seen[64] = {0};
    for (int round = 0; round < 8; round++) {
        unsigned char bytes[64] = {0};
        assert_int_equal(crypto_random(bytes, sizeof bytes), KC_OK);
        for (size_t i = 0; i < sizeof bytes; i++) {
            seen[i] |= bytes[i];
        }
    }
    for (size_t i = 0; i < sizeof seen; i++) {
        assert_int_not_equal(seen[i], 0); /* by chance once in 2^58 */
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crypto_hashes_as_fips_180_says),
        cmocka_unit_test(test_crypto_names_a_key_by_its_labelled_hash),
        cmocka_unit_test_setup_teardown(test_crypto_refuses_a_key_of_another_size, seal_one,
                                        drop_one),
        cmocka_unit_test(test_crypto_opens_what_another_program_sealed),
        cmocka_unit_test(test_crypto_opens_what_it_sealed_at_every_size),
        cmocka_unit_test_setup_teardown(test_crypto_never_seals_twice_alike, seal_one, drop_one),
        cmocka_unit_test_setup_teardown(test_crypto_sees_every_flipped_bit, seal_one, drop_one),
        cmocka_unit_test_setup_teardown(test_crypto_sees_every_cut, seal_one, drop_one),
        cmocka_unit_test_setup_teardown(test_crypto_sees_appended_bytes, seal_one, drop_one),
        cmocka_unit_test_setup_teardown(test_crypto_opens_for_the_same_names_only, seal_one,
                                        drop_one),
        cmocka_unit_test_setup_teardown(test_crypto_opens_with_the_same_key_only, seal_one,
                                        drop_one),
        cmocka_unit_test(test_crypto_random_fills_all_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
