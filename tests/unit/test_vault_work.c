/* SPDX-License-Identifier: MIT */
/*
 * What a passphrase does, before the store is asked. Slow: each try is a real one.
 *
 * links: daemon/vault_work.c daemon/keyslots.c daemon/keyslot_parse.c daemon/crypto.c
 * links: daemon/crypto_derive.c kc_static platform -lcrypto
 */
#include "daemon/vault_work.h"

#include "daemon/crypto.h"
#include "daemon/crypto_derive.h"
#include "daemon/keyslot.h"
#include "libkc/message.h"
#include "libkc/secret.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct crypto_cost cheap = {.rounds = 10, .block = 1, .lanes = 1};

struct fixture {
    struct secret *key;
    struct keyslots *open;   /* a keyfile slot */
    struct keyslots *closed; /* the passphrase "correct horse" */
};

static struct secret *words(const char *text) {
    struct secret *secret = NULL;
    assert_int_equal(secret_new_copy(text, strlen(text), &secret), KC_OK);
    return secret;
}

static int set_up(void **state) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    KC_AUTO(secret) passphrase = words("correct horse");
    assert_non_null(fixture);
    fixture->key = words("0123456789abcdef0123456789abcdef");
    assert_int_equal(keyslots_new(fixture->key, &fixture->open), KC_OK);
    assert_int_equal(keyslots_add_key(fixture->open, fixture->key), KC_OK);
    assert_int_equal(keyslots_new(fixture->key, &fixture->closed), KC_OK);
    assert_int_equal(keyslots_add_passphrase(fixture->closed, fixture->key, passphrase, &cheap),
                     KC_OK);
    *state = fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    secret_free(fixture->key);
    keyslots_free(fixture->open);
    keyslots_free(fixture->closed);
    free(fixture);
    return 0;
}

/* Runs what a client would send; `line` is all of it. */
static struct vault_work *run(const struct keyslots *slots, const char *line) {
    KC_AUTO(request) request = NULL;
    struct vault_work *work = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(message_parse_request(line, strlen(line), &request, NULL, why), KC_OK);
    assert_int_equal(vault_work_new(slots, &work), KC_OK);
    vault_work_run(work, request);
    return work;
}

#define UNLOCK(word)                                                                             \
    "{\"type\":\"ADMIN\",\"action\":\"unlock\",\"targets\":[\"passphrase\"],\"values\":[\"" word \
    "\"]}"
#define CHANGE(word, names, values, more)                                                       \
    "{\"type\":\"ADMIN\",\"action\":\"passphrase\",\"targets\":[" names "],\"values\":[" values \
    "],\"attributes\":{\"change\":\"" word "\"" more "}}"

static void test_vault_work_opens_with_the_passphrase_and_no_other(void **state) {
    const struct fixture *fixture = *state;
    KC_AUTO(vault_work) right = run(fixture->closed, UNLOCK("correct horse"));
    KC_AUTO(vault_work) wrong = run(fixture->closed, UNLOCK("correct horsf"));
    KC_AUTO(vault_work) none = run(fixture->open, UNLOCK("correct horse"));
    assert_int_equal(right->error, KC_OK);
    assert_true(secret_equal(right->key, fixture->key));
    assert_false(right->changes_slots);
    assert_int_equal(wrong->error, KC_DENIED);
    assert_null(wrong->key);
    assert_int_equal(none->error, KC_NOT_FOUND);
}

static void test_vault_work_sets_the_first_and_drops_the_key_file(void **state) {
    const struct fixture *fixture = *state;
    KC_AUTO(vault_work)
    work = run(fixture->open, CHANGE("set", "\"new\"", "\"correct horse\"", ""));
    assert_int_equal(work->error, KC_OK);
    assert_true(work->changes_slots && work->is_first);
    assert_int_equal(keyslots_count(work->slots, KEYSLOT_KEYFILE), 0);
    assert_int_equal(keyslots_count(work->slots, KEYSLOT_PASSPHRASE), 1);
    KC_AUTO(vault_work) opened = run(work->slots, UNLOCK("correct horse"));
    assert_int_equal(opened->error, KC_OK);
    assert_true(secret_equal(opened->key, fixture->key));
    KC_AUTO(vault_work)
    kept = run(fixture->open,
               CHANGE("set", "\"new\"", "\"correct horse\"", ",\"keep_key_file\":\"yes\""));
    assert_int_equal(keyslots_count(kept->slots, KEYSLOT_KEYFILE), 1);
}

static void test_vault_work_changes_only_for_who_has_the_old_one(void **state) {
    const struct fixture *fixture = *state;
    KC_AUTO(vault_work)
    work = run(fixture->closed,
               CHANGE("change", "\"old\",\"new\"", "\"correct horse\",\"battery staple\"", ""));
    assert_int_equal(work->error, KC_OK);
    KC_AUTO(vault_work) by_new = run(work->slots, UNLOCK("battery staple"));
    KC_AUTO(vault_work) by_old = run(work->slots, UNLOCK("correct horse"));
    assert_int_equal(by_new->error, KC_OK);
    assert_int_equal(by_old->error, KC_DENIED);
    KC_AUTO(vault_work)
    wrong = run(fixture->closed,
                CHANGE("change", "\"old\",\"new\"", "\"wrong one\",\"battery staple\"", ""));
    assert_int_equal(wrong->error, KC_DENIED);
    assert_false(wrong->changes_slots);
}

static void test_vault_work_leaves_a_slot_that_opens_when_the_last_one_goes(void **state) {
    const struct fixture *fixture = *state;
    KC_AUTO(secret) key = NULL;
    KC_AUTO(vault_work)
    work = run(fixture->closed, CHANGE("remove", "\"old\"", "\"correct horse\"", ""));
    assert_int_equal(work->error, KC_OK);
    assert_int_equal(keyslots_count(work->slots, KEYSLOT_PASSPHRASE), 0);
    assert_int_equal(keyslots_key(work->slots, &key), KC_OK);
    assert_true(secret_equal(key, fixture->key));
}

static void test_vault_work_refuses_what_makes_no_sense(void **state) {
    const struct fixture *fixture = *state;
    static const char *const lines[] = {
        CHANGE("set", "\"new\"", "\"short\"", ""),
        CHANGE("set", "\"other\"", "\"correct horse\"", ""),
        CHANGE("burn", "\"new\"", "\"correct horse\"", ""),
        "{\"type\":\"ADMIN\",\"action\":\"passphrase\"}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        KC_AUTO(vault_work) work = run(fixture->open, lines[i]);
        assert_int_equal(work->error, KC_INVALID);
        assert_string_not_equal(work->why, "");
        assert_false(work->changes_slots);
        assert_null(strstr(work->why, "correct"));
    }
    KC_AUTO(vault_work)
    again = run(fixture->closed, CHANGE("set", "\"new\"", "\"battery staple\"", ""));
    assert_int_equal(again->error, KC_INVALID);
    KC_AUTO(vault_work) nowhere = run(NULL, CHANGE("set", "\"new\"", "\"battery staple\"", ""));
    assert_int_equal(nowhere->error, KC_INVALID);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_vault_work_opens_with_the_passphrase_and_no_other),
        CASE(test_vault_work_sets_the_first_and_drops_the_key_file),
        CASE(test_vault_work_changes_only_for_who_has_the_old_one),
        CASE(test_vault_work_leaves_a_slot_that_opens_when_the_last_one_goes),
        CASE(test_vault_work_refuses_what_makes_no_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
