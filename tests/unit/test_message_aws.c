/* SPDX-License-Identifier: MIT */
/*
 * The document for the AWS tools: what of a stored key gets into it, and what keeps it out.
 * links: libkc/message_aws.c libkc/message_json.c libkc/message_memory.c libkc/message_write.c
 * links: libkc/base64.c libkc/parse.c libkc/parse_escape.c libkc/parse_time.c libkc/secret.c
 * links: platform -ljansson
 */
#include "libkc/message_aws.h"

#include "libkc/message.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define KEY         "\"AccessKeyId\":\"AKIA1\",\"SecretAccessKey\":\"hunter2/+=\""
#define LINE        "{\"Version\":1," KEY

/* 2026-01-02T03:04:05Z */
#define NOW_US      (INT64_C(1767323045) * 1000000)

static enum kc_error write_line(const char *text, char found[1024], char why[KC_MESSAGE_MAX]) {
    KC_AUTO(secret) line = NULL;
    enum kc_error error = message_write_aws(text, strlen(text), NOW_US, &line, why);
    assert_int_equal(line != NULL, error == KC_OK);
    if (error == KC_OK) {
        (void)snprintf(found, 1024, "%.*s", (int)secret_length(line),
                       (const char *)secret_view(line));
    }
    return error;
}

static void test_message_aws_writes_what_is_there_in_order(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"{" KEY "}", LINE "}\n"},
        {" {\n \"SecretAccessKey\" : \"hunter2/+=\",\r\n\t\"AccessKeyId\":\"AKIA1\"}\n",
         LINE "}\n"},
        {"{\"AccountId\":\"123456789012\",\"Version\":1," KEY ",\"SessionToken\":\"t\"}",
         LINE ",\"SessionToken\":\"t\",\"AccountId\":\"123456789012\"}\n"},
        {"{" KEY ",\"SessionToken\":null,\"Expiration\":null,\"AccountId\":null}", LINE "}\n"},
        {"{" KEY ",\"Expiration\":\"2026-01-02T03:04:06Z\"}",
         LINE ",\"Expiration\":\"2026-01-02T03:04:06Z\"}\n"},
        {"{" KEY ",\"Expiration\":\"2026-01-02T03:04:06+00:00\"}",
         LINE ",\"Expiration\":\"2026-01-02T03:04:06Z\"}\n"},
        {"{" KEY ",\"Expiration\":\"2026-01-02T03:04:06.500000+00:00\"}",
         LINE ",\"Expiration\":\"2026-01-02T03:04:06Z\"}\n"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char found[1024];
        char why[KC_MESSAGE_MAX] = "";
        assert_int_equal(write_line(rows[i][0], found, why), KC_OK);
        assert_string_equal(found, rows[i][1]);
        assert_string_equal(why, "");
    }
}

static void test_message_aws_refuses_what_the_tools_could_not_use(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"", "not JSON"},
        {"hunter2", "not JSON"},
        {"[]", "isn't a JSON object"},
        {"{" KEY "} x", "not JSON"},
        {"{" KEY ",\"AccessKeyId\":\"again\"}", "duplicate"},
        {"{\"SecretAccessKey\":\"hunter2\"}", "it has no \"AccessKeyId\""},
        {"{\"AccessKeyId\":\"AKIA1\"}", "it has no \"SecretAccessKey\""},
        {"{\"AccessKeyId\":\"AKIA1\",\"SecretAccessKey\":\"\"}",
         "\"SecretAccessKey\" must be text"},
        {"{\"AccessKeyId\":\"AKIA1\",\"SecretAccessKey\":null}",
         "\"SecretAccessKey\" must be text"},
        {"{\"AccessKeyId\":1,\"SecretAccessKey\":\"hunter2\"}", "\"AccessKeyId\" must be text"},
        {"{\"AccessKeyId\":\"a\\nb\",\"SecretAccessKey\":\"hunter2\"}", "\"AccessKeyId\" must be"},
        {"{\"AccessKeyId\":\"a\\u0000b\",\"SecretAccessKey\":\"h\"}", "\"AccessKeyId\" must be"},
        {"{" KEY ",\"SessionToken\":\"\"}", "\"SessionToken\" must be text"},
        {"{" KEY ",\"Version\":2}", "\"Version\" must be the number 1"},
        {"{" KEY ",\"Version\":\"1\"}", "\"Version\" must be the number 1"},
        {"{" KEY ",\"hunter2\":\"x\"}", "it has a member that isn't one of"},
        {"{\"Credentials\":{" KEY "}}", "it has a member that isn't one of"},
        {"{" KEY ",\"Expiration\":\"\"}", "\"Expiration\" must be text"},
        {"{" KEY ",\"Expiration\":\"tomorrow\"}", "\"Expiration\" must be a time"},
        {"{" KEY ",\"Expiration\":\"2026-01-02T03:04:06+01:00\"}", "\"Expiration\" must be a time"},
        {"{" KEY ",\"Expiration\":\"2026-01-02T03:04:06\"}", "\"Expiration\" must be a time"},
        {"{" KEY ",\"Expiration\":\"2026-01-02T03:04:06Z\\u0000\"}", "\"Expiration\" must be text"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char found[1024];
        char why[KC_MESSAGE_MAX] = "";
        assert_int_equal(write_line(rows[i][0], found, why), KC_INVALID);
        assert_non_null(strstr(why, rows[i][1]));
        assert_null(strstr(why, "hunter2"));
    }
}

static void test_message_aws_says_when_a_key_expired(void **state) {
    (void)state;
    char found[1024];
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(write_line("{" KEY ",\"Expiration\":\"2026-01-02T03:04:05Z\"}", found, why),
                     KC_TIMEOUT);
    assert_string_equal(why, "it expired at 2026-01-02T03:04:05Z");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message_aws_writes_what_is_there_in_order),
        cmocka_unit_test(test_message_aws_refuses_what_the_tools_could_not_use),
        cmocka_unit_test(test_message_aws_says_when_a_key_expired),
    };
    message_wipe_json_memory();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
