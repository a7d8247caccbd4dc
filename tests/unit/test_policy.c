/* SPDX-License-Identifier: MIT */
/*
 * The policy as values: what is accepted, what is refused, and what a grant covers.
 * links: daemon/policy.c daemon/policy_entry.c daemon/grant.c kc_static -ljansson
 */
#include "daemon/grant.h"
#include "daemon/audit.h"
#include "daemon/policy.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_A           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B           "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ENTRY(more)      "{\"path\":\"/bin/a\",\"hash\":\"" HASH_A "\"" more "}"
#define FILE_OF(entries) "{\"registered_binaries\":[" entries "]}"

static struct policy *parse(const char *text) {
    struct policy *policy = NULL;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = policy_parse(text, strlen(text), &policy, why);
    if (error != KC_OK) {
        fail_msg("refused: %s: %s", text, why);
    }
    return policy;
}

static void test_policy_says_what_is_wrong(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *why;
    } cases[] = {
        {"{", "line 1"},
        {" ", "line 1"},
        {"[]", "object"},
        {"{\"protocol_version\":1}", "protocol_version"},
        {"{\"protocol_version\":\"2\"}", "protocol_version"},
        {"{\"protocol_version\":\"1\",\"protocol_version\":\"1\"}", "duplicate"},
        {"{\"store\":\"disk\"}", "store"},
        {"{\"store\":1}", "store"},
        {"{\"caller_rule\":\"everybody\"}", "caller_rule must be \"chain\" or \"nearest\""},
        {"{\"caller_rule\":1}", "caller_rule"},
        {"{\"caller_rule\":null}", "caller_rule"},
        {"{\"registered_binaries\":{}}", "must be a list"},
        {FILE_OF("1"), "[0] must be an object"},
        {FILE_OF("{}"), "[0].path"},
        {FILE_OF("{\"path\":\"bin/a\",\"hash\":\"" HASH_A "\"}"), "[0].path"},
        {FILE_OF("{\"path\":7,\"hash\":\"" HASH_A "\"}"), "[0].path"},
        {FILE_OF("{\"path\":\"/bin/a\\u0000b\",\"hash\":\"" HASH_A "\"}"), "line 1"},
        {FILE_OF("{\"path\":\"/bin/a\"}"), "[0].hash"},
        {FILE_OF("{\"path\":\"/bin/a\",\"hash\":\"" HASH_A "a\"}"), "[0].hash"},
        {FILE_OF("{\"path\":\"/bin/a\",\"hash\":\"aaaa\"}"), "[0].hash"},
        {FILE_OF(ENTRY(",\"registered_at\":5")), "[0].registered_at"},
        {FILE_OF(ENTRY(",\"registered_at\":\"a\\nb\"")), "[0].registered_at"},
        {FILE_OF(ENTRY(",\"can_search\":\"true\"")), "[0].can_search"},
        {FILE_OF(ENTRY(",\"can_search\":null")), "[0].can_search"},
        {FILE_OF(ENTRY(",\"plain\":1")), "[0].plain"},
        {FILE_OF(ENTRY(",\"allowed_read_services\":\"aws\"")), "[0].allowed_read_services"},
        {FILE_OF(ENTRY(",\"allowed_read_services\":[\"aws\",7]")), "allowed_read_services[1]"},
        {FILE_OF(ENTRY(",\"allowed_write_services\":[\"\"]")), "allowed_write_services[0]"},
        {FILE_OF(ENTRY(",\"code\":\"any\"")), "[0].code"},
        {FILE_OF(ENTRY(",\"code\":true")), "[0].code"},
        {FILE_OF(ENTRY(",\"libraries\":{}")), "[0].libraries"},
        {FILE_OF(ENTRY(",\"libraries\":[\"/l/a.so\"]")), "libraries[0]"},
        {FILE_OF(ENTRY(",\"libraries\":[{\"path\":\"/l/a.so\"}]")), "libraries[0]"},
        {FILE_OF(ENTRY(",\"libraries\":[{\"path\":\"a\",\"hash\":\"" HASH_A "\"}]")),
         "libraries[0]"},
        {FILE_OF(ENTRY(",\"helper\":\"yes\"")), "[0].helper must be true or false"},
        {FILE_OF(ENTRY(",\"launcher\":1")), "[0].launcher must be true or false"},
        {FILE_OF(ENTRY(",\"session_root\":\"no\"")), "[0].session_root must be true or false"},
        {FILE_OF(ENTRY(",\"inline\":0")), "[0].inline must be true or false"},
        {FILE_OF(ENTRY(",\"interactive\":null")), "[0].interactive must be true or false"},
        {FILE_OF(ENTRY(",\"ancestry\":\"nearest\"")), "[0].ancestry must be \"chain\""},
        {FILE_OF(ENTRY(",\"ancestry\":true")), "[0].ancestry must be \"chain\""},
        {FILE_OF(ENTRY(",\"interpreter\":\"sh\"")), "[0].interpreter must be an absolute path"},
        {FILE_OF(ENTRY(",\"interpreter\":true")), "[0].interpreter must be an absolute path"},
        {FILE_OF(ENTRY("") "," ENTRY("")), "two entries for \"/bin/a\""},
        {FILE_OF(ENTRY("")) "x", "line 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct policy *policy = NULL;
        char why[KC_MESSAGE_MAX] = "";
        assert_int_equal(policy_parse(cases[i].text, strlen(cases[i].text), &policy, why),
                         KC_INVALID);
        assert_null(policy);
        if (strstr(why, cases[i].why) == NULL) {
            fail_msg("%s: \"%s\" doesn't say \"%s\"", cases[i].text, why, cases[i].why);
        }
    }
}

static void test_policy_refuses_bytes_that_are_not_utf8(void **state) {
    (void)state;
    struct policy *policy = NULL;
    char why[KC_MESSAGE_MAX] = "";
    static const char text[] = "{\"x\":\"\xff\"}";
    assert_int_equal(policy_parse(text, sizeof text - 1, &policy, why), KC_INVALID);
    assert_null(strchr(why, '\xff'));
}

static void test_policy_of_an_empty_text_is_empty(void **state) {
    (void)state;
    KC_AUTO(policy) policy = parse("");
    assert_int_equal(policy_count(policy), 0);
    assert_null(policy_at(policy, 0));
    assert_null(policy_store(policy));
    assert_null(policy_find(policy, "/bin/a", HASH_A));
}

struct limits_case {
    const char *text;
    const char *complaint; /* NULL: it is taken, with these */
    uint64_t bytes;
    uint64_t days;
    bool packs;
};

static void test_policy_limits_of_the_record_have_defaults_and_bounds(void **state) {
    (void)state;
    static const struct limits_case cases[] = {
        {"{}", NULL, AUDIT_ROTATE_BYTES, AUDIT_ROTATE_DAYS, true},
        {"{\"audit\":{}}", NULL, AUDIT_ROTATE_BYTES, AUDIT_ROTATE_DAYS, true},
        {"{\"audit\":{\"rotate_bytes\":65536,\"rotate_days\":36500,\"compress\":false}}", NULL,
         65536, 36500, false},
        {"{\"audit\":{\"rotate_bytes\":0,\"rotate_days\":0}}", NULL, 0, 0, true},
        {"{\"audit\":{\"rotate_bytes\":65535}}", "65536 to 268435456", 0, 0, false},
        {"{\"audit\":{\"rotate_bytes\":268435457}}", "65536 to 268435456", 0, 0, false},
        {"{\"audit\":{\"rotate_bytes\":1e6}}", "65536 to 268435456", 0, 0, false},
        {"{\"audit\":{\"rotate_days\":36501}}", "0 to 36500", 0, 0, false},
        {"{\"audit\":{\"rotate_days\":-1}}", "0 to 36500", 0, 0, false},
        {"{\"audit\":{\"compress\":1}}", "true or false", 0, 0, false},
        {"{\"audit\":[]}", "an object", 0, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        KC_AUTO(policy) policy = NULL;
        char why[KC_MESSAGE_MAX] = "";
        const struct limits_case *one = &cases[i];
        enum kc_error error = policy_parse(one->text, strlen(one->text), &policy, why);
        assert_int_equal(error, one->complaint == NULL ? KC_OK : KC_INVALID);
        if (one->complaint != NULL) {
            assert_non_null(strstr(why, one->complaint));
            continue;
        }
        assert_int_equal(policy_audit_limits(policy)->bytes, one->bytes);
        assert_int_equal(policy_audit_limits(policy)->days, one->days);
        assert_int_equal(policy_audit_limits(policy)->packs, one->packs);
    }
}

static void test_policy_entry_starts_with_no_rights(void **state) {
    (void)state;
    KC_AUTO(policy) policy = parse(FILE_OF(ENTRY("")));
    const struct policy_entry *entry = policy_find(policy, "/bin/a", HASH_A);
    assert_non_null(entry);
    assert_string_equal(policy_entry_registered_at(entry), "");
    assert_false(policy_entry_can_search(entry));
    assert_false(policy_entry_is_plain(entry));
    assert_int_equal(policy_entry_grant_count(entry, RIGHT_READ), 0);
    assert_int_equal(policy_entry_grant_count(entry, RIGHT_WRITE), 0);
    assert_false(policy_entry_allows(entry, RIGHT_READ, "aws", "x", KC_MATCH_EXACT));
}

static void test_policy_keeps_what_the_file_says(void **state) {
    (void)state;
    KC_AUTO(policy)
    policy = parse(
        "{\"protocol_version\":\"1\",\"store\":\"file\",\"x\":[1],\"registered_binaries\":["
        "{\"path\":\"/bin/b\",\"hash\":\"" HASH_B
        "\"}," ENTRY(",\"registered_at\":\"2026-01-02T03:04:05Z\",\"can_search\":true,\"plain\":"
                     "true,\"allowed_read_services\":[\"aws\",\"git/x*\"],\"note\":{}") "]}");
    assert_string_equal(policy_store(policy), "file");
    assert_int_equal(policy_count(policy), 2);
    assert_string_equal(policy_entry_path(policy_at(policy, 0)), "/bin/b");
    const struct policy_entry *entry = policy_at(policy, 1);
    assert_ptr_equal(entry, policy_find(policy, "/bin/a", HASH_A));
    assert_string_equal(policy_entry_hash(entry), HASH_A);
    assert_string_equal(policy_entry_registered_at(entry), "2026-01-02T03:04:05Z");
    assert_true(policy_entry_can_search(entry));
    assert_true(policy_entry_is_plain(entry));
    assert_int_equal(policy_entry_grant_count(entry, RIGHT_READ), 2);
    assert_string_equal(policy_entry_grant(entry, RIGHT_READ, 1), "git/x*");
    assert_null(policy_entry_grant(entry, RIGHT_READ, 2));
}

static void test_policy_says_which_code_an_entry_may_run(void **state) {
    (void)state;
    KC_AUTO(policy)
    policy = parse(FILE_OF(ENTRY(",\"code\":\"jit\",\"libraries\":[{\"path\":\"/l/a.so\","
                                 "\"hash\":\"" HASH_B
                                 "\"}]") ",{\"path\":\"/bin/b\",\"hash\":\"" HASH_B "\"}"));
    const struct policy_entry *entry = policy_at(policy, 0);
    assert_true(policy_entry_may_make_code(entry));
    assert_int_equal(policy_entry_library_count(entry), 1);
    assert_string_equal(policy_entry_library_path(entry, 0), "/l/a.so");
    assert_string_equal(policy_entry_library_hash(entry, 0), HASH_B);
    assert_true(policy_entry_allows_library(entry, "/l/a.so", HASH_B));
    assert_false(policy_entry_allows_library(entry, "/l/a.so", HASH_A));
    assert_false(policy_entry_allows_library(entry, "/l/b.so", HASH_B));
    assert_false(policy_entry_may_make_code(policy_at(policy, 1)));
    assert_false(policy_entry_allows_library(policy_at(policy, 1), "/l/a.so", HASH_B));
}

static void test_policy_needs_both_path_and_hash(void **state) {
    (void)state;
    KC_AUTO(policy)
    policy = parse(FILE_OF(ENTRY("") ",{\"path\":\"/bin/a\",\"hash\":\"" HASH_B "\"}"));
    assert_non_null(policy_find(policy, "/bin/a", HASH_A));
    assert_non_null(policy_find(policy, "/bin/a", HASH_B));
    assert_null(policy_find(policy, "/bin/b", HASH_A));
    assert_null(policy_find(policy, "/bin/a/", HASH_A));
    assert_null(policy_find(policy, "/bin/a", ""));
    assert_null(policy_find(policy, "", HASH_A));
}

/* What an entry says of its place among the callers; a letter for each: helper, launcher,
 * session root, inline, Interactive, chain asked for. */
static void write_standing(const struct policy_entry *entry, char standing[8]) {
    (void)snprintf(standing, 8, "%s%s%s%s%s%s", policy_entry_is_helper(entry) ? "h" : "",
                   policy_entry_is_launcher(entry) ? "l" : "",
                   policy_entry_is_session_root(entry) ? "s" : "",
                   policy_entry_may_run_inline(entry) ? "i" : "",
                   policy_entry_may_be_interactive(entry) ? "I" : "",
                   policy_entry_asks_for_chain(entry) ? "c" : "");
}

static void test_policy_says_what_an_entry_is_among_the_callers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *standing;
        const char *interpreter;
    } cases[] = {
        {ENTRY(""), "I", NULL},
        {ENTRY(",\"helper\":true"), "hI", NULL},
        {ENTRY(",\"launcher\":true"), "lI", NULL},
        {ENTRY(",\"session_root\":true"), "sI", NULL},
        {ENTRY(",\"inline\":true"), "iI", NULL},
        {ENTRY(",\"interactive\":false"), "", NULL},
        {ENTRY(",\"interactive\":true"), "I", NULL},
        {ENTRY(",\"ancestry\":\"chain\""), "Ic", NULL},
        {ENTRY(",\"interpreter\":\"/bin/sh\""), "I", "/bin/sh"},
        {ENTRY(",\"helper\":false,\"launcher\":false,\"session_root\":false,\"inline\":false"), "I",
         NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        char standing[8];
        (void)snprintf(text, sizeof text, FILE_OF("%s"), cases[i].text);
        KC_AUTO(policy) policy = parse(text);
        const struct policy_entry *entry = policy_at(policy, 0);
        write_standing(entry, standing);
        assert_string_equal(standing, cases[i].standing);
        if (cases[i].interpreter == NULL) {
            assert_null(policy_entry_interpreter(entry));
        } else {
            assert_string_equal(policy_entry_interpreter(entry), cases[i].interpreter);
        }
    }
}

static void test_policy_lets_a_helper_have_no_right_of_its_own(void **state) {
    (void)state;
    KC_AUTO(policy)
    policy = parse(FILE_OF(ENTRY(",\"allowed_read_services\":[\"aws\"],\"allowed_write_services\":["
                                 "\"aws\"],\"helper\":true")));
    const struct policy_entry *entry = policy_at(policy, 0);
    assert_false(policy_entry_allows(entry, RIGHT_READ, "aws", "x", KC_MATCH_EXACT));
    assert_false(policy_entry_allows(entry, RIGHT_WRITE, "aws", "x", KC_MATCH_EXACT));
}

static void test_policy_asks_the_whole_chain_unless_told_otherwise(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum caller_rule rule;
    } cases[] = {
        {"", CALLER_CHAIN},
        {"{}", CALLER_CHAIN},
        {"{\"caller_rule\":\"chain\"}", CALLER_CHAIN},
        {"{\"caller_rule\":\"nearest\",\"store\":\"file\"}", CALLER_NEAREST},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        KC_AUTO(policy) policy = parse(cases[i].text);
        assert_int_equal(policy_caller_rule(policy), cases[i].rule);
    }
}

static void test_policy_knows_the_form_of_a_grant(void **state) {
    (void)state;
    static const struct {
        const char *grant;
        enum kc_error error;
    } cases[] = {
        {"aws", KC_OK},
        {"aws/*", KC_OK},
        {"a b/?", KC_OK},
        {"a%2Fb%2C%25", KC_OK},
        {"m\xc3\xbcller", KC_OK},
        {"aws/a,b%41/c", KC_OK},
        {"*", KC_OK},
        {"", KC_INVALID},
        {"/x", KC_INVALID},
        {"aws/", KC_INVALID},
        {"a,b", KC_INVALID},
        {"a%2fb", KC_INVALID},
        {"a%41", KC_INVALID},
        {"a%", KC_INVALID},
        {"a%2", KC_INVALID},
        {"a\nb", KC_INVALID},
        {"aws/\x7f", KC_INVALID},
        {"\xff", KC_INVALID},
        {"aws/\xff", KC_INVALID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (policy_check_grant(cases[i].grant) != cases[i].error) {
            fail_msg("grant \"%s\"", cases[i].grant);
        }
    }
}

static void test_policy_bounds_both_parts_of_a_grant(void **state) {
    (void)state;
    char grant[3 * KC_SERVICE_MAX + KC_TARGET_MAX + 8];
    memset(grant, 'a', sizeof grant);
    grant[KC_SERVICE_MAX] = '\0';
    assert_int_equal(policy_check_grant(grant), KC_OK);
    grant[KC_SERVICE_MAX] = 'a';
    grant[KC_SERVICE_MAX + 1] = '\0';
    assert_int_equal(policy_check_grant(grant), KC_TOO_BIG);

    memset(grant, 'a', sizeof grant);
    grant[1] = '/';
    grant[2 + KC_TARGET_MAX] = '\0';
    assert_int_equal(policy_check_grant(grant), KC_OK);
    grant[2 + KC_TARGET_MAX] = 'a';
    grant[3 + KC_TARGET_MAX] = '\0';
    assert_int_equal(policy_check_grant(grant), KC_TOO_BIG);

    char service[KC_SERVICE_MAX + 1];
    memset(service, '%', KC_SERVICE_MAX);
    service[KC_SERVICE_MAX] = '\0';
    assert_int_equal(policy_check_grant(grant_write_service(service, grant)), KC_OK);
    assert_int_equal(strlen(grant), GRANT_SERVICE_SIZE - 1);
}

static void test_policy_grant_covers_what_it_names(void **state) {
    (void)state;
    static const struct {
        const char *grant;
        const char *service;
        const char *target;
        enum kc_match match;
        bool covers;
    } cases[] = {
        {"aws", "aws", "x", KC_MATCH_EXACT, true},
        {"aws", "aws", "a/b", KC_MATCH_EXACT, true},
        {"aws", "aws", "", KC_MATCH_PREFIX, true},
        {"aws", "aw", "x", KC_MATCH_EXACT, false},
        {"aws", "awsx", "x", KC_MATCH_EXACT, false},
        {"aws", "AWS", "x", KC_MATCH_EXACT, false},
        {"*", "aws", "x", KC_MATCH_EXACT, false},
        {"aw?", "aws", "x", KC_MATCH_EXACT, false},
        {"a%2Fb", "a/b", "x", KC_MATCH_EXACT, true},
        {"a%2Fb", "a%2Fb", "x", KC_MATCH_EXACT, false},
        {"a%252Fb", "a%2Fb", "x", KC_MATCH_EXACT, true},
        {"a/b*", "a/b", "x", KC_MATCH_EXACT, false},
        {"aws/prod*", "aws", "prod-key", KC_MATCH_EXACT, true},
        {"aws/prod*", "aws", "test-key", KC_MATCH_EXACT, false},
        {"aws/prod*", "aws", "prod", KC_MATCH_PREFIX, true},
        {"aws/prod*", "aws", "prod-k", KC_MATCH_PREFIX, true},
        {"aws/prod*", "aws", "pro", KC_MATCH_PREFIX, false},
        {"aws/prod*", "aws", "", KC_MATCH_PREFIX, false},
        {"aws/*", "aws", "", KC_MATCH_PREFIX, true},
        {"aws/*", "aws", "x/y", KC_MATCH_EXACT, true},
        {"aws/prod", "aws", "prod", KC_MATCH_EXACT, true},
        {"aws/prod", "aws", "prod", KC_MATCH_PREFIX, false},
        {"aws/p?od*", "aws", "prod", KC_MATCH_EXACT, true},
        {"aws/p?od*", "aws", "prod", KC_MATCH_PREFIX, false},
        {"aws/p**", "aws", "prod", KC_MATCH_PREFIX, false},
        {"aws/*x*", "aws", "x", KC_MATCH_PREFIX, false},
        {"git/https://github.com/?*", "git", "https://github.com/", KC_MATCH_EXACT, false},
        {"git/https://github.com/?*", "git", "https://github.com/a", KC_MATCH_EXACT, true},
        {"git/https://github.com/?*", "git", "https://evil/github.com/a", KC_MATCH_EXACT, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, FILE_OF(ENTRY(",\"allowed_write_services\":[\"%s\"]")),
                       cases[i].grant);
        KC_AUTO(policy) policy = parse(text);
        const struct policy_entry *entry = policy_at(policy, 0);
        if (policy_entry_allows(entry, RIGHT_WRITE, cases[i].service, cases[i].target,
                                cases[i].match) != cases[i].covers) {
            fail_msg("%s, \"%s\", \"%s\"", cases[i].grant, cases[i].service, cases[i].target);
        }
        assert_false(policy_entry_allows(entry, RIGHT_READ, cases[i].service, cases[i].target,
                                         cases[i].match));
    }
}

static void test_policy_finds_each_of_ten_thousand_entries(void **state) {
    (void)state;
    enum { COUNT = 10000, ENTRY_SIZE = 160 };
    char *text = malloc((size_t)COUNT * ENTRY_SIZE + 64);
    assert_non_null(text);
    size_t used = (size_t)snprintf(text, 64, "{\"registered_binaries\":[");
    for (unsigned i = 0; i < COUNT; i++) {
        used +=
            (size_t)snprintf(text + used, ENTRY_SIZE, "%s{\"path\":\"/bin/%u\",\"hash\":\"%064x\"}",
                             i > 0 ? "," : "", i, i * 7919U % 1000U);
    }
    (void)snprintf(text + used, 3, "]}");
    KC_AUTO(policy) policy = parse(text);
    free(text);
    assert_int_equal(policy_count(policy), COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        char path[32];
        char hash[80];
        (void)snprintf(path, sizeof path, "/bin/%u", i);
        (void)snprintf(hash, sizeof hash, "%064x", i * 7919U % 1000U);
        assert_ptr_equal(policy_find(policy, path, hash), policy_at(policy, i));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_says_what_is_wrong),
        cmocka_unit_test(test_policy_refuses_bytes_that_are_not_utf8),
        cmocka_unit_test(test_policy_of_an_empty_text_is_empty),
        cmocka_unit_test(test_policy_limits_of_the_record_have_defaults_and_bounds),
        cmocka_unit_test(test_policy_entry_starts_with_no_rights),
        cmocka_unit_test(test_policy_keeps_what_the_file_says),
        cmocka_unit_test(test_policy_says_which_code_an_entry_may_run),
        cmocka_unit_test(test_policy_needs_both_path_and_hash),
        cmocka_unit_test(test_policy_says_what_an_entry_is_among_the_callers),
        cmocka_unit_test(test_policy_lets_a_helper_have_no_right_of_its_own),
        cmocka_unit_test(test_policy_asks_the_whole_chain_unless_told_otherwise),
        cmocka_unit_test(test_policy_knows_the_form_of_a_grant),
        cmocka_unit_test(test_policy_bounds_both_parts_of_a_grant),
        cmocka_unit_test(test_policy_grant_covers_what_it_names),
        cmocka_unit_test(test_policy_finds_each_of_ten_thousand_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
