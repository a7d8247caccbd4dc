/* SPDX-License-Identifier: MIT */
/*
 * Codes to wire words: every code has one, and only the policy's reasons are `denied`.
 * links: daemon/reply.c kc_static platform
 */
#include "daemon/reply.h"
#include "libkc/secret.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static void test_reply_translates_every_code(void **state) {
    (void)state;
    static const struct {
        enum kc_error error;
        enum kc_status status;
        enum kc_reason reason;
    } cases[] = {
        {KC_OK, KC_STATUS_SUCCESS, KC_REASON_NONE},
        {KC_NOT_FOUND, KC_STATUS_ERROR, KC_REASON_NOT_FOUND},
        {KC_BUSY, KC_STATUS_ERROR, KC_REASON_BUSY},
        {KC_TIMEOUT, KC_STATUS_ERROR, KC_REASON_BUSY},
        {KC_INVALID, KC_STATUS_ERROR, KC_REASON_MALFORMED_REQUEST},
        {KC_TOO_BIG, KC_STATUS_ERROR, KC_REASON_MALFORMED_REQUEST},
        {KC_LOCKED, KC_STATUS_ERROR, KC_REASON_LOCKED},
        {KC_UNSAFE, KC_STATUS_ERROR, KC_REASON_STORE_UNAVAILABLE},
        {KC_CHANGED, KC_STATUS_ERROR, KC_REASON_STORE_UNAVAILABLE},
        {KC_DAMAGED, KC_STATUS_ERROR, KC_REASON_STORE_UNAVAILABLE},
        {KC_IO, KC_STATUS_ERROR, KC_REASON_STORE_UNAVAILABLE},
        {KC_NO_MEMORY, KC_STATUS_ERROR, KC_REASON_INTERNAL_ERROR},
        {KC_INTERNAL, KC_STATUS_ERROR, KC_REASON_INTERNAL_ERROR},
        {KC_EXISTS, KC_STATUS_ERROR, KC_REASON_INTERNAL_ERROR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct outcome outcome;
        reply_translate(cases[i].error, NULL, &outcome);
        assert_int_equal(outcome.status, cases[i].status);
        assert_int_equal(outcome.reason, cases[i].reason);
        assert_int_equal(outcome.message[0] == '\0', cases[i].error == KC_OK);
    }
}

static void test_reply_never_calls_a_failure_denied_nor_a_denial_an_error(void **state) {
    (void)state;
    for (int reason = KC_REASON_NONE + 1; reason < KC_REASON_COUNT; reason++) {
        struct outcome outcome;
        bool is_denial =
            reason == KC_REASON_UNREGISTERED_BINARY || reason == KC_REASON_ACTION_NOT_IN_POLICY ||
            reason == KC_REASON_SERVICE_NOT_ALLOWED || reason == KC_REASON_CALLER_NOT_ALLOWED ||
            reason == KC_REASON_UNTRUSTED_PROCESS || reason == KC_REASON_IDENTITY_CHANGED ||
            reason == KC_REASON_ADMIN_REQUIRED || reason == KC_REASON_WRONG_PASSPHRASE;
        reply_refuse((enum kc_reason)reason, "why", &outcome);
        assert_int_equal(outcome.status, is_denial ? KC_STATUS_DENIED : KC_STATUS_ERROR);
    }
}

static void assert_line(const struct secret *line, const char *expected) {
    assert_int_equal(secret_length(line), strlen(expected));
    assert_memory_equal(secret_view(line), expected, strlen(expected));
}

static void test_reply_writes_results_only_with_success(void **state) {
    (void)state;
    KC_AUTO(secret) value = NULL;
    KC_AUTO(secret) line = NULL;
    char id[] = "7";
    char target[] = "t";
    assert_int_equal(secret_new_copy("v", 1, &value), KC_OK);
    struct request request = {.id = id};
    struct result result = {.target = target, .value = value};
    struct exchange exchange = {.request = &request, .result_count = 1, .results = &result};
    reply_translate(KC_OK, NULL, &exchange.outcome);
    assert_int_equal(reply_write(&exchange, &line), KC_OK);
    assert_non_null(strstr((const char *)secret_view(line), "\"value\":\"v\""));
    assert_non_null(strstr((const char *)secret_view(line), "\"id\":7"));
    secret_free(line);
    line = NULL;
    reply_refuse(KC_REASON_AUDIT_UNAVAILABLE, "why", &exchange.outcome);
    assert_int_equal(reply_write(&exchange, &line), KC_OK);
    assert_null(strstr((const char *)secret_view(line), "\"v\""));
}

static void test_reply_answers_hello_with_the_nonce(void **state) {
    (void)state;
    KC_AUTO(secret) line = NULL;
    assert_int_equal(reply_write_hello("0123456789abcdef0123456789abcdef", NULL, &line), KC_OK);
    assert_line(line, "{\"type\":\"HELLO\",\"version\":1,"
                      "\"nonce\":\"0123456789abcdef0123456789abcdef\"}\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reply_translates_every_code),
        cmocka_unit_test(test_reply_never_calls_a_failure_denied_nor_a_denial_an_error),
        cmocka_unit_test(test_reply_writes_results_only_with_success),
        cmocka_unit_test(test_reply_answers_hello_with_the_nonce),
    };
    return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
