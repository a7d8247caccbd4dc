/* SPDX-License-Identifier: MIT */
/*
 * A change of the policy on its way to the daemon.
 *
 * links: daemon/config_order.c daemon/config_flags.c daemon/policy.c daemon/policy_entry.c
 * links: daemon/grant.c kc_static platform -ljansson
 */
#include "daemon/config_order.h"

#include "libkc/secret.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static void test_config_order_arrives_as_it_was_sent(void **state) {
    (void)state;
    static const char *const reads[] = {"aws", "git/https://*"};
    static const char *const writes[] = {"aws"};
    static const struct config_library libraries[] = {{"/lib/a.so", "ab"}, {"/lib/b.so", "cd"}};
    const struct config_order order = {.change = {.kind = CONFIG_ALLOW,
                                                  .path = "/bin/\xc3\xa9\n",
                                                  .hash = "0123",
                                                  .read = reads,
                                                  .read_count = 2,
                                                  .write = writes,
                                                  .write_count = 1,
                                                  .interpreter = "/bin/sh",
                                                  .libraries = libraries,
                                                  .library_count = 2},
                                       .event = "policy",
                                       .message = "read aws"};
    KC_AUTO(secret) text = NULL;
    KC_AUTO(config_order) again = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(config_order_write(&order, &text), KC_OK);
    assert_int_equal(
        config_order_parse((const char *)secret_view(text), secret_length(text), &again, why),
        KC_OK);
    const struct config_change *change = &again->change;
    assert_int_equal(change->kind, CONFIG_ALLOW);
    assert_string_equal(change->path, order.change.path);
    assert_string_equal(change->hash, "0123");
    assert_int_equal(change->read_count, 2);
    assert_string_equal(change->read[1], "git/https://*");
    assert_int_equal(change->write_count, 1);
    assert_string_equal(change->write[0], "aws");
    assert_string_equal(change->interpreter, "/bin/sh");
    assert_null(change->caller_rule);
    assert_int_equal(change->library_count, 2);
    assert_string_equal(change->libraries[1].hash, "cd");
    assert_null(change->store);
    assert_string_equal(again->event, "policy");
    assert_string_equal(again->action, "allow");
    assert_string_equal(again->message, "read aws");
}

static void test_config_order_carries_every_flag(void **state) {
    (void)state;
    for (size_t i = 0; i < CONFIG_FLAG_COUNT; i++) {
        for (enum config_flag flag = CONFIG_SET; flag <= CONFIG_CLEAR; flag++) {
            struct config_order order = {.change = {.kind = CONFIG_ALLOW, .path = "/bin/x"},
                                         .event = "approve"};
            KC_AUTO(secret) text = NULL;
            KC_AUTO(config_order) again = NULL;
            char why[KC_MESSAGE_MAX] = "";
            order.change.flags[i] = flag;
            assert_int_equal(config_order_write(&order, &text), KC_OK);
            assert_int_equal(config_order_parse((const char *)secret_view(text),
                                                secret_length(text), &again, why),
                             KC_OK);
            assert_memory_equal(again->change.flags, order.change.flags, sizeof order.change.flags);
        }
    }
}

static void test_config_order_parse_is_strict(void **state) {
    (void)state;
#define EVENT "\"event\":\"policy\""
    static const struct {
        const char *text;
        enum kc_error error;
    } cases[] = {
        {"{\"change\":\"accept\"," EVENT "}", KC_OK},
        {"{\"change\":\"restore\"," EVENT "}", KC_OK},
        {"{\"change\":\"store\",\"store\":\"file\",\"event\":\"store\"}", KC_OK},
        {"{\"change\":\"revoke\",\"path\":\"/x\",\"libraries\":[{\"path\":\"/a\"}]," EVENT "}",
         KC_OK},
        {"{\"change\":\"allow\",\"path\":\"/x\",\"libraries\":[{\"path\":\"/a\"}]," EVENT "}",
         KC_INVALID},
        {"{\"change\":\"caller-rule\",\"caller_rule\":\"nearest\"," EVENT "}", KC_OK},
        {"{\"change\":\"caller-rule\",\"caller_rule\":true," EVENT "}", KC_INVALID},
        {"{\"change\":\"caller-rule\"," EVENT "}", KC_INVALID},
        {"{\"change\":\"register\",\"interpreter\":[]," EVENT "}", KC_INVALID},
        {"{\"change\":\"allow\",\"session-root\":1," EVENT "}", KC_INVALID},
        {"", KC_INVALID},
        {"[]", KC_INVALID},
        {"{}", KC_INVALID},
        {"{\"change\":\"unseal\"," EVENT "}", KC_INVALID},
        {"{\"change\":7," EVENT "}", KC_INVALID},
        {"{\"change\":\"accept\"}", KC_INVALID},
        {"{\"change\":\"accept\",\"event\":\"start\"}", KC_INVALID},
        {"{\"change\":\"store\"," EVENT "}", KC_INVALID},
        {"{\"change\":\"allow\",\"path\":1," EVENT "}", KC_INVALID},
        {"{\"change\":\"allow\",\"search\":1," EVENT "}", KC_INVALID},
        {"{\"change\":\"allow\",\"search\":null," EVENT "}", KC_INVALID},
        {"{\"change\":\"allow\",\"read\":\"aws\"," EVENT "}", KC_INVALID},
        {"{\"change\":\"allow\",\"read\":[1]," EVENT "}", KC_INVALID},
        {"{\"change\":\"allow\",\"write\":[null]," EVENT "}", KC_INVALID},
        {"{\"change\":\"allow\",\"libraries\":{}," EVENT "}", KC_INVALID},
        {"{\"change\":\"allow\",\"libraries\":[1]," EVENT "}", KC_INVALID},
        {"{\"change\":\"accept\",\"change\":\"accept\"," EVENT "}", KC_INVALID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        KC_AUTO(config_order) order = NULL;
        char why[KC_MESSAGE_MAX] = "";
        assert_int_equal(config_order_parse(cases[i].text, strlen(cases[i].text), &order, why),
                         cases[i].error);
        assert_int_equal(why[0] == '\0', cases[i].error == KC_OK);
    }
}

static void test_config_order_write_has_bounds(void **state) {
    (void)state;
    struct secret *text = NULL;
    const struct config_order odd = {.change = {.kind = CONFIG_UNREGISTER, .path = "/\xff"},
                                     .event = "policy"};
    assert_int_equal(config_order_write(&odd, &text), KC_INVALID);
    char *path = malloc(KC_VALUE_MAX + 1);
    assert_non_null(path);
    memset(path, '/', KC_VALUE_MAX);
    path[KC_VALUE_MAX] = '\0';
    const struct config_order large = {.change = {.kind = CONFIG_UNREGISTER, .path = path},
                                       .event = "policy"};
    assert_int_equal(config_order_write(&large, &text), KC_TOO_BIG);
    assert_null(text);
    free(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_order_arrives_as_it_was_sent),
        cmocka_unit_test(test_config_order_carries_every_flag),
        cmocka_unit_test(test_config_order_parse_is_strict),
        cmocka_unit_test(test_config_order_write_has_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
