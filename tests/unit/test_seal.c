/* SPDX-License-Identifier: MIT */
/*
 * What is remembered, and the seal of the policy.
 *
 * links: daemon/seal.c daemon/config_seal.c daemon/crypto.c daemon/crypto_derive.c kc_static
 * links: platform -ljansson -lcrypto
 */
#include "daemon/seal.h"

#include "daemon/config_seal.h"
#include "libkc/secret.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define H0 "0000000000000000000000000000000000000000000000000000000000000000"
#define H1 "1111111111111111111111111111111111111111111111111111111111111111"

static void test_seal_parse_reads_what_seal_write_wrote(void **state) {
    (void)state;
    const struct seal seal = {.counter = 1795450897,
                              .slots_count = 2,
                              .slots = {H0, H1},
                              .audit = {.place = {.seq = 12, .hash = H1}, .size = 4711}};
    KC_AUTO(secret) text = NULL;
    struct seal again = {0};
    assert_int_equal(seal_write(&seal, &text), KC_OK);
    assert_int_equal(seal_parse((const char *)secret_view(text), secret_length(text), &again),
                     KC_OK);
    assert_int_equal(again.counter, seal.counter);
    assert_int_equal(again.slots_count, 2);
    assert_string_equal(again.slots[0], H0);
    assert_string_equal(again.slots[1], H1);
    assert_int_equal(again.audit.place.seq, 12);
    assert_string_equal(again.audit.place.hash, H1);
    assert_int_equal(again.audit.size, 4711);
}

static void test_seal_parse_is_strict(void **state) {
    (void)state;
#define HEAD "keychain-auth seal 1\n"
    static const struct {
        const char *text;
        enum kc_error error;
    } cases[] = {
        {HEAD "policy 1\nslots " H0 "\naudit 0 " H0 " 0\n", KC_OK},
        {HEAD "policy 1\nslots " H0 "\nslots " H1 "\naudit 9 " H1 " 99\n", KC_OK},
        {"", KC_DAMAGED},
        {HEAD, KC_DAMAGED},
        {"keychain-auth seal 2\npolicy 1\nslots " H0 "\naudit 0 " H0 " 0\n", KC_DAMAGED},
        {HEAD "policy -1\nslots " H0 "\naudit 0 " H0 " 0\n", KC_DAMAGED},
        {HEAD "policy 99999999999999999999\nslots " H0 "\naudit 0 " H0 " 0\n", KC_DAMAGED},
        {HEAD "policy 1\naudit 0 " H0 " 0\n", KC_DAMAGED},
        {HEAD "policy 1\nslots " H0 "\nslots " H0 "\nslots " H0 "\naudit 0 " H0 " 0\n", KC_DAMAGED},
        {HEAD "policy 1\nslots 00\naudit 0 " H0 " 0\n", KC_DAMAGED},
        {HEAD "policy 1\nslots " H0 "\naudit 0 " H0 "\n", KC_DAMAGED},
        {HEAD "policy 1\nslots " H0 "\naudit 0 " H0 " 0", KC_DAMAGED},
        {HEAD "policy 1\nslots " H0 "\naudit 0 " H0 " 0\nmore\n", KC_DAMAGED},
        {HEAD "policy 1\nslots " H0 "\naudit 0 " H0 " 0 0\n", KC_DAMAGED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct seal seal = {0};
        assert_int_equal(seal_parse(cases[i].text, strlen(cases[i].text), &seal), cases[i].error);
    }
}

struct fixture {
    struct secret *master;
    struct secret *key;
};

static int set_up(void **state) {
    static struct fixture fixture;
    assert_int_equal(secret_new_copy("0123456789abcdef0123456789abcdef", 32, &fixture.master),
                     KC_OK);
    assert_int_equal(config_seal_key(fixture.master, &fixture.key), KC_OK);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    secret_free(fixture->master);
    secret_free(fixture->key);
    return 0;
}

/* The sealed text of a document; free() it. */
static char *sealed(const struct fixture *fixture, const char *text, uint64_t counter,
                    size_t flags) {
    json_t *document = json_loads(text, 0, NULL);
    assert_non_null(document);
    assert_int_equal(config_seal_put(document, fixture->key, counter), KC_OK);
    char *result = json_dumps(document, flags);
    json_decref(document);
    assert_non_null(result);
    return result;
}

static enum kc_error check(const struct fixture *fixture, const char *text, uint64_t *counter) {
    return config_seal_check(text, strlen(text), fixture->key, counter);
}

#define POLICY "{\"b\":[1,{\"y\":2,\"x\":\"\\u00e9\"}],\"a\":{\"c\":false},\"d\":1.5}"

static void test_config_seal_holds_whatever_the_blanks_and_the_order(void **state) {
    const struct fixture *fixture = *state;
    static const size_t flags[] = {0, JSON_COMPACT, JSON_INDENT(4), JSON_SORT_KEYS,
                                   JSON_ENSURE_ASCII};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        uint64_t counter = 0;
        char *text = sealed(fixture, POLICY, 7 + i, flags[i]);
        assert_int_equal(check(fixture, text, &counter), KC_OK);
        assert_int_equal(counter, 7 + i);
        free(text);
    }
}

/* The first `from` becomes `to`, which is as long. */
static void edit(char *text, const char *from, const char *to) {
    char *found = strstr(text, from);
    assert_non_null(found);
    memcpy(found, to, strlen(to));
}

static void test_config_seal_breaks_with_any_change(void **state) {
    const struct fixture *fixture = *state;
    static const char *const edits[][2] = {{"\"b\"", "\"B\""},
                                           {"[1,", "[2,"},
                                           {"\"y\":2", "\"y\":3"},
                                           {"false", "true "},
                                           {"1.5", "2.5"},
                                           {"\"counter\":7", "\"counter\":8"},
                                           {"\"counter\":7", "\"counter\":0"},
                                           {"\"mac\":\"", "\"mac\":\"x"},
                                           {"\"mac\"", "\"max\""}};
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        uint64_t counter = 0;
        char *text = sealed(fixture, POLICY, 7, JSON_COMPACT);
        edit(text, edits[i][0], edits[i][1]);
        assert_int_equal(check(fixture, text, &counter), KC_DAMAGED);
        assert_int_equal(counter, 0);
        free(text);
    }
}

static void test_config_seal_is_of_one_key(void **state) {
    const struct fixture *fixture = *state;
    uint64_t counter = 0;
    KC_AUTO(secret) other = NULL;
    assert_int_equal(secret_new_copy("another key of thirty-two bytes.", 32, &other), KC_OK);
    char *text = sealed(fixture, POLICY, 7, 0);
    assert_int_equal(config_seal_check(text, strlen(text), other, &counter), KC_DAMAGED);
    free(text);
    assert_false(secret_equal(fixture->master, fixture->key));
}

static void test_config_seal_that_is_not_there_is_told_apart(void **state) {
    const struct fixture *fixture = *state;
    uint64_t counter = 0;
    assert_int_equal(check(fixture, "{}", &counter), KC_NOT_FOUND);
    assert_int_equal(check(fixture, "{\"seal\":null}", &counter), KC_DAMAGED);
    assert_int_equal(check(fixture, "{\"seal\":{}}", &counter), KC_DAMAGED);
    assert_int_equal(check(fixture, "[]", &counter), KC_DAMAGED);
    assert_int_equal(check(fixture, "", &counter), KC_DAMAGED);
    assert_int_equal(check(fixture, "{\"a\":1,\"a\":2}", &counter), KC_DAMAGED);
}

#define WITH_KEY(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seal_parse_reads_what_seal_write_wrote),
        cmocka_unit_test(test_seal_parse_is_strict),
        WITH_KEY(test_config_seal_holds_whatever_the_blanks_and_the_order),
        WITH_KEY(test_config_seal_breaks_with_any_change),
        WITH_KEY(test_config_seal_is_of_one_key),
        WITH_KEY(test_config_seal_that_is_not_there_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
