/* SPDX-License-Identifier: MIT */
/*
 * Base64: RFC 4648's own vectors, every byte there and back, and every other form refused.
 * links: libkc/base64.c
 */
#include "libkc/base64.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static const struct {
    const char *plain;
    const char *encoded;
} vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/"},
};

static void test_base64_encodes_the_vectors(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        char text[16];
        size_t length = strlen(vectors[i].plain);
        base64_encode((const unsigned char *)vectors[i].plain, length, text);
        assert_string_equal(text, vectors[i].encoded);
        assert_int_equal(base64_encoded_length(length), strlen(vectors[i].encoded));
    }
}

static void test_base64_decodes_the_vectors(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        unsigned char bytes[16];
        size_t length = 99;
        assert_int_equal(
            base64_decode(vectors[i].encoded, strlen(vectors[i].encoded), bytes, &length), KC_OK);
        assert_int_equal(length, strlen(vectors[i].plain));
        assert_memory_equal(bytes, vectors[i].plain, length);
    }
}

static void test_base64_brings_every_byte_back(void **state) {
    (void)state;
    unsigned char bytes[256];
    unsigned char back[258];
    char text[345];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)i;
    }
    for (size_t length = 0; length <= sizeof bytes; length++) {
        size_t decoded = 0;
        base64_encode(bytes, length, text);
        assert_int_equal(base64_decode(text, strlen(text), back, &decoded), KC_OK);
        assert_int_equal(decoded, length);
        assert_memory_equal(back, bytes, length);
    }
}

static void test_base64_refuses_every_other_form(void **state) {
    (void)state;
    static const char *const texts[] = {
        "Z",       "Zg",   "Zg=",  "Z===", "====", "=",        "Zg==Zg==", "Zm9v\n",
        "Zh==",    "Zm9=", "Zm-v", "Zm_v", "Z g=", "Zm9v====", "Zg=A",     "=Zg=",
        "Zm9\x80", "Zm9@", "Zm9[", "Zm9`", "Zm9{", "Zm9:",     "Zm9.",     "Zm9,",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        unsigned char bytes[16];
        size_t length = 99;
        assert_int_equal(base64_decode(texts[i], strlen(texts[i]), bytes, &length), KC_INVALID);
        assert_int_equal(length, 99);
    }
}

static void test_base64_knows_sixty_four_characters(void **state) {
    (void)state;
    size_t known = 0;
    for (int character = 0; character < 256; character++) {
        char text[4] = {'A', 'A', 'A', (char)character};
        unsigned char bytes[3];
        size_t length = 0;
        if (character != '=' && base64_decode(text, sizeof text, bytes, &length) == KC_OK) {
            known++;
        }
    }
    assert_int_equal(known, 64);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64_encodes_the_vectors),
        cmocka_unit_test(test_base64_decodes_the_vectors),
        cmocka_unit_test(test_base64_brings_every_byte_back),
        cmocka_unit_test(test_base64_refuses_every_other_form),
        cmocka_unit_test(test_base64_knows_sixty_four_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
