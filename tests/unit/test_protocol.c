/* SPDX-License-Identifier: MIT */
/*
 * The words of the wire: a wrong one breaks every client, so they are spelt out here again.
 * links: libkc/protocol.c
 */
#include "libkc/protocol.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static void test_protocol_words_are_those_of_the_specification(void **state) {
    (void)state;
    static const char *const reasons[] = {"",
                                          "unregistered_binary",
                                          "action_not_in_policy",
                                          "service_not_allowed",
                                          "malformed_request",
                                          "not_found",
                                          "nonce_required",
                                          "identity_changed",
                                          "untrusted_process",
                                          "caller_not_allowed",
                                          "admin_required",
                                          "wrong_passphrase",
                                          "locked",
                                          "store_unavailable",
                                          "audit_unavailable",
                                          "busy",
                                          "internal_error"};
    static const char *const actions[] = {"read",   "write",      "delete", "search",
                                          "grants", "status",     "stop",   "unlock",
                                          "lock",   "passphrase", "admin",  "policy"};
    assert_int_equal(KC_REASON_COUNT, sizeof reasons / sizeof reasons[0]);
    assert_int_equal(KC_ACTION_COUNT, sizeof actions / sizeof actions[0]);
    for (int i = 0; i < KC_REASON_COUNT; i++) {
        assert_string_equal(kc_reason_word((enum kc_reason)i), reasons[i]);
    }
    for (int i = 0; i < KC_ACTION_COUNT; i++) {
        assert_string_equal(kc_action_word((enum kc_action)i), actions[i]);
    }
    assert_string_equal(kc_type_word(KC_TYPE_HELLO), "HELLO");
    assert_string_equal(kc_match_word(KC_MATCH_PREFIX), "prefix");
    assert_string_equal(kc_status_word(KC_STATUS_DENIED), "denied");
}

static void test_protocol_every_word_is_read_back(void **state) {
    (void)state;
    for (int i = 0; i < KC_TYPE_COUNT; i++) {
        assert_int_equal(kc_type_parse(kc_type_word((enum kc_type)i)), i);
    }
    for (int i = 0; i < KC_ACTION_COUNT; i++) {
        assert_int_equal(kc_action_parse(kc_action_word((enum kc_action)i)), i);
    }
    for (int i = 0; i < KC_MATCH_COUNT; i++) {
        assert_int_equal(kc_match_parse(kc_match_word((enum kc_match)i)), i);
    }
    for (int i = 0; i < KC_STATUS_COUNT; i++) {
        assert_int_equal(kc_status_parse(kc_status_word((enum kc_status)i)), i);
    }
    for (int i = 0; i < KC_REASON_COUNT; i++) {
        assert_int_equal(kc_reason_parse(kc_reason_word((enum kc_reason)i)), i);
    }
}

static void test_protocol_other_words_are_refused(void **state) {
    (void)state;
    static const char *const words[] = {"READ", "rea", "reads", " read", "hello", "?"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_int_equal(kc_type_parse(words[i]), KC_TYPE_COUNT);
        assert_int_equal(kc_action_parse(words[i]), KC_ACTION_COUNT);
        assert_int_equal(kc_match_parse(words[i]), KC_MATCH_COUNT);
        assert_int_equal(kc_status_parse(words[i]), KC_STATUS_COUNT);
        assert_int_equal(kc_reason_parse(words[i]), KC_REASON_COUNT);
    }
    assert_string_equal(kc_action_word(KC_ACTION_COUNT), "?");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_protocol_words_are_those_of_the_specification),
        cmocka_unit_test(test_protocol_every_word_is_read_back),
        cmocka_unit_test(test_protocol_other_words_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
