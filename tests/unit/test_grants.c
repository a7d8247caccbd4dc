/* SPDX-License-Identifier: MIT */
/*
 * What a program is told of its own entry.
 * links: daemon/grants.c daemon/policy.c daemon/policy_entry.c daemon/grant.c kc_static -ljansson
 */
#include "daemon/grants.h"
#include "daemon/policy.h"
#include "libkc/message.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* "grant read,write;…" of an entry with these members. */
static void tell(const char *members, char *text, size_t size) {
    KC_AUTO(policy) policy = NULL;
    char json[512];
    char why[KC_MESSAGE_MAX] = "";
    struct response answer = {0};
    (void)snprintf(json, sizeof json,
                   "{\"registered_binaries\":[{\"path\":\"/a\",\"hash\":\"" HASH "\"%s}]}",
                   members);
    assert_int_equal(policy_parse(json, strlen(json), &policy, why), KC_OK);
    assert_int_equal(
        grants_tell(policy_find(policy, "/a", HASH), &answer.results, &answer.result_count), KC_OK);
    text[0] = '\0';
    for (size_t i = 0; i < answer.result_count; i++) {
        const struct result *result = &answer.results[i];
        size_t length = strlen(text);
        (void)snprintf(text + length, size - length, "%s", result->target);
        for (size_t k = 0; k < result->attributes.count; k++) {
            length = strlen(text);
            (void)snprintf(text + length, size - length, " %s", result->attributes.items[k].name);
        }
        length = strlen(text);
        (void)snprintf(text + length, size - length, ";");
    }
    response_clear(&answer);
}

static void test_grants_tells_each_grant_once_with_its_rights(void **state) {
    char text[512];
    (void)state;
    tell(",\"allowed_read_services\":[\"a\",\"b/x*\"],\"allowed_write_services\":[\"c\",\"a\"]",
         text, sizeof text);
    assert_string_equal(text, "a read write;b/x* read;c write;");
    tell(",\"allowed_read_services\":[\"a\"],\"allowed_write_services\":[\"a\",\"b\"],"
         "\"can_search\":true",
         text, sizeof text);
    assert_string_equal(text, "a read search write;b search write;");
}

static void test_grants_tells_nothing_where_there_is_nothing(void **state) {
    struct result *results = NULL;
    size_t count = 0;
    char text[64];
    (void)state;
    tell(",\"can_search\":true", text, sizeof text);
    assert_string_equal(text, "");
    assert_int_equal(grants_tell(NULL, &results, &count), KC_OK);
    assert_null(results);
    assert_int_equal(count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grants_tells_each_grant_once_with_its_rights),
        cmocka_unit_test(test_grants_tells_nothing_where_there_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
