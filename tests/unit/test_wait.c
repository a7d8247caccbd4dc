/* SPDX-License-Identifier: MIT */
/*
 * How kcget waits: against a daemon that is a few numbers, whose policy changes and allows after so
 * many looks.
 *
 * links: kcget/wait.c libkc/protocol.c platform
 */
#include "kcget/wait.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libkc/keychain-auth.h"
#include "libkc/protocol.h"
#include "platform/clock.h"

struct kc_client {
    enum kc_reason reason; /* of a denial; KC_REASON_NONE: allowed */
    unsigned changes_at;   /* the look at which the policy changes; 0: it doesn't */
    bool changes_at_once;  /* it does while the first request is under way */
    bool allows;           /* a change is an approval */
    bool is_silent;        /* status says nothing of the policy */
    unsigned ends_at;      /* the look at which the daemon ends */
    unsigned policy;
    unsigned looks;
    unsigned requests;
    unsigned answers_alive;
};

struct kc_answer {
    struct kc_client *client;
    enum kc_reason reason;
    bool is_status;
    char policy[24];
};

static void change(struct kc_client *client) {
    client->policy++;
    if (client->allows) {
        client->reason = KC_REASON_NONE;
    }
}

static void look(struct kc_client *client, struct kc_answer *answer) {
    client->looks++;
    if (client->looks == client->changes_at) {
        change(client);
    }
    answer->is_status = !client->is_silent;
    answer->reason = KC_REASON_NONE;
    (void)snprintf(answer->policy, sizeof answer->policy, "%u", client->policy);
}

enum kc_error kc_request(struct kc_client *client, const struct kc_query *query,
                         struct kc_answer **ret_answer) {
    bool is_status = strcmp(query->action, "status") == 0;
    if (is_status && client->looks + 1 == client->ends_at) {
        return KC_END;
    }
    struct kc_answer *answer = calloc(1, sizeof *answer);
    assert_non_null(answer);
    answer->client = client;
    answer->reason = client->reason;
    client->answers_alive++;
    if (is_status) {
        assert_true(query->administration);
        look(client, answer);
    } else {
        client->requests++;
        if (client->changes_at_once && client->requests == 1) {
            change(client);
        }
    }
    *ret_answer = answer;
    return KC_OK;
}

const char *kc_answer_status(const struct kc_answer *answer) {
    return answer->reason == KC_REASON_NONE        ? "success"
           : answer->reason == KC_REASON_NOT_FOUND ? "error"
                                                   : "denied";
}

const char *kc_answer_reason(const struct kc_answer *answer) {
    return answer->reason == KC_REASON_NONE ? "" : kc_reason_word(answer->reason);
}

const char *kc_answer_message(const struct kc_answer *answer) {
    return answer->reason == KC_REASON_NONE ? "" : "it may not";
}

size_t kc_answer_count(const struct kc_answer *answer) {
    return answer->is_status ? 1 : 0;
}

size_t kc_answer_attribute_count(const struct kc_answer *answer, size_t index) {
    (void)answer;
    return index == 0 ? 2 : 0;
}

const char *kc_answer_attribute_name(const struct kc_answer *answer, size_t index,
                                     size_t attribute) {
    (void)answer;
    (void)index;
    return attribute == 0 ? "uptime_s" : "policy_changes";
}

const char *kc_answer_attribute_value(const struct kc_answer *answer, size_t index,
                                      size_t attribute) {
    (void)index;
    return attribute == 0 ? "77" : answer->policy;
}

void kc_answer_free(struct kc_answer *answer) {
    if (answer != NULL) {
        answer->client->answers_alive--;
        free(answer);
    }
}

static void count_words(const void *context, const char *message) {
    assert_string_equal(message, "it may not");
    (*(unsigned *)context)++; /* lent as const by the door, our own here */
}

/* What came of it; no answer is left alive. */
static enum kc_error ask(struct kc_client *client, unsigned seconds, unsigned *ret_said,
                         enum kc_reason *ret_reason) {
    const char *target = "key";
    const struct kc_query query = {
        .action = "read", .service = "aws", .targets = &target, .target_count = 1};
    const struct wait wait = {.seconds = seconds, .say = count_words, .context = ret_said};
    struct kc_answer *answer = NULL;
    enum kc_error error = wait_request(client, &query, &wait, &answer);
    if (error == KC_OK) {
        *ret_reason = answer->reason;
        kc_answer_free(answer);
    }
    assert_int_equal(client->answers_alive, 0);
    return error;
}

static void test_wait_of_nothing_is_a_request(void **state) {
    (void)state;
    struct kc_client client = {.reason = KC_REASON_CALLER_NOT_ALLOWED};
    enum kc_reason reason = KC_REASON_NONE;
    unsigned said = 0;
    assert_int_equal(ask(&client, 0, &said, &reason), KC_OK);
    assert_int_equal(reason, KC_REASON_CALLER_NOT_ALLOWED);
    assert_int_equal(client.requests, 1);
    assert_int_equal(client.looks, 0);
    assert_int_equal(said, 0);
}

static void test_wait_asks_again_when_the_policy_has_changed(void **state) {
    (void)state;
    static const enum kc_reason reasons[] = {
        KC_REASON_UNREGISTERED_BINARY, KC_REASON_ACTION_NOT_IN_POLICY,
        KC_REASON_SERVICE_NOT_ALLOWED, KC_REASON_CALLER_NOT_ALLOWED};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        struct kc_client client = {.reason = reasons[i], .changes_at = 3, .allows = true};
        enum kc_reason reason = KC_REASON_BUSY;
        unsigned said = 0;
        assert_int_equal(ask(&client, 60, &said, &reason), KC_OK);
        assert_int_equal(reason, KC_REASON_NONE);
        assert_int_equal(client.requests, 2);
        assert_int_equal(client.looks, 3);
        assert_int_equal(said, 1);
    }
}

static void test_wait_sees_a_change_during_its_first_request(void **state) {
    (void)state;
    struct kc_client client = {
        .reason = KC_REASON_UNREGISTERED_BINARY, .changes_at_once = true, .allows = true};
    enum kc_reason reason = KC_REASON_BUSY;
    unsigned said = 0;
    assert_int_equal(ask(&client, 60, &said, &reason), KC_OK);
    assert_int_equal(reason, KC_REASON_NONE);
    assert_int_equal(client.looks, 2);
    assert_int_equal(client.requests, 2);
}

static void test_wait_ends_with_its_time(void **state) {
    (void)state;
    struct kc_client client = {.reason = KC_REASON_CALLER_NOT_ALLOWED, .changes_at = 2};
    enum kc_reason reason = KC_REASON_NONE;
    unsigned said = 0;
    uint64_t before_ms = clock_monotonic_ms();
    assert_int_equal(ask(&client, 1, &said, &reason), KC_OK);
    assert_in_range(clock_monotonic_ms() - before_ms, 1000, 20000);
    assert_int_equal(reason, KC_REASON_CALLER_NOT_ALLOWED);
    assert_int_equal(client.requests, 2); /* one for the change, which was no approval */
    assert_int_equal(said, 1);
}

static void test_wait_is_for_what_can_be_approved(void **state) {
    (void)state;
    static const enum kc_reason reasons[] = {KC_REASON_NONE, KC_REASON_NOT_FOUND,
                                             KC_REASON_IDENTITY_CHANGED,
                                             KC_REASON_UNTRUSTED_PROCESS};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        struct kc_client client = {.reason = reasons[i]};
        enum kc_reason reason = KC_REASON_BUSY;
        unsigned said = 0;
        assert_int_equal(ask(&client, 60, &said, &reason), KC_OK);
        assert_int_equal(reason, reasons[i]);
        assert_int_equal(client.requests, 1);
        assert_int_equal(said, 0);
    }
}

static void test_wait_asks_a_daemon_that_tells_nothing(void **state) {
    (void)state;
    struct kc_client client = {
        .reason = KC_REASON_CALLER_NOT_ALLOWED, .is_silent = true, .changes_at = 3, .allows = true};
    enum kc_reason reason = KC_REASON_BUSY;
    unsigned said = 0;
    assert_int_equal(ask(&client, 60, &said, &reason), KC_OK);
    assert_int_equal(reason, KC_REASON_NONE);
    assert_int_equal(client.requests, 3);
    assert_int_equal(said, 1);
}

static void test_wait_ends_with_the_daemon(void **state) {
    (void)state;
    for (unsigned at = 1; at <= 3; at++) {
        struct kc_client client = {.reason = KC_REASON_CALLER_NOT_ALLOWED, .ends_at = at};
        enum kc_reason reason = KC_REASON_BUSY;
        unsigned said = 0;
        assert_int_equal(ask(&client, 60, &said, &reason), KC_END);
        assert_int_equal(client.requests, at == 1 ? 0 : 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wait_of_nothing_is_a_request),
        cmocka_unit_test(test_wait_asks_again_when_the_policy_has_changed),
        cmocka_unit_test(test_wait_sees_a_change_during_its_first_request),
        cmocka_unit_test(test_wait_ends_with_its_time),
        cmocka_unit_test(test_wait_is_for_what_can_be_approved),
        cmocka_unit_test(test_wait_asks_a_daemon_that_tells_nothing),
        cmocka_unit_test(test_wait_ends_with_the_daemon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
