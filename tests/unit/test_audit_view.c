/* SPDX-License-Identifier: MIT */
/*
 * Reading records: the quick look and jansson's tree say the same, the quick look takes whatever
 * the writer writes, and the filters choose what they say.
 *
 * links: daemon/audit_scan.c daemon/audit_view.c daemon/audit_line.c daemon/audit_chain.c
 * links: daemon/crypto.c daemon/admin/audit_filter.c daemon/admin/since.c daemon/admin/duration.c
 * links: daemon/chain_words.c kc_static -ljansson -lcrypto
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "daemon/admin/audit_filter.h"
#include "daemon/admin/since.h"
#include "daemon/audit.h"
#include "daemon/audit_line.h"
#include "daemon/audit_view.h"
#include "daemon/exchange.h"

static void assert_field(const char *line, enum audit_field field, const char *expected) {
    struct audit_view view;
    char text[256] = "";
    assert_int_equal(audit_view_open(&view, line, strlen(line)), KC_OK);
    (void)audit_view_copy(&view, field, text, sizeof text);
    assert_string_equal(text, expected);
    assert_true(audit_view_is(&view, field, expected));
    audit_view_close(&view);
}

static void test_audit_scan_takes_what_the_writer_writes(void **state) {
    (void)state;
    char path[] = "/usr/bin/a \"b\" \\c\xc3\xa9";
    char user[] = "1000";
    char target[] = "a/\"t\"";
    char *targets[] = {target};
    struct identity identity = {.pid = 77, .user = user, .path = path, .via_shim = true};
    struct request request = {.type = KC_TYPE_REQUEST, .action = KC_ACTION_READ, .service = "aws"};
    struct exchange exchange = {.identity = &identity, .request = &request};
    struct audit_lines lines = {.now_us = 1};
    const struct audit_writer writer = {.pid = 1, .uid = 2};
    const struct audit_note note = {.event = "torn_line", .action = "a", .message = "b\nc"};
    struct audit_slice fields[AUDIT_FIELD_COUNT];
    request.targets = targets;
    request.target_count = 1;
    exchange.decision.plain = true;
    exchange.decision.is_jit = true;
    exchange.outcome.status = KC_STATUS_DENIED;
    (void)snprintf(exchange.outcome.message, KC_MESSAGE_MAX, "\"no\"");
    audit_place_begin(&lines.place);
    assert_int_equal(audit_lines_exchange(&lines, &exchange), KC_OK);
    size_t length = lines.length;
    assert_true(audit_scan(lines.text, length - 1, fields));
    assert_int_equal(audit_lines_note(&lines, &writer, &note, lines.place.hash), KC_OK);
    assert_true(audit_scan(lines.text + length, lines.length - length - 1, fields));
    assert_int_equal(fields[AUDIT_TORN].kind, AUDIT_TEXT);
    audit_lines_clear(&lines);
}

static void test_audit_scan_knows_the_fields_of_a_chain(void **state) {
    (void)state;
    static const char line[] =
        "{\"seq\":12,\"chain\":[{\"pid\":1,\"path\":\"/a\",\"hash\":\"\",\"kind\":\"helper\"},"
        "{\"pid\":2,\"path\":\"/b\",\"hash\":\"\",\"kind\":\"script\",\"script\":\"/c\","
        "\"script_hash\":\"\",\"declared\":true}],\"chain_end\":\"first\"}";
    struct audit_slice fields[AUDIT_FIELD_COUNT];
    assert_true(audit_scan(line, sizeof line - 1, fields));
    assert_int_equal(fields[AUDIT_CHAIN].kind, AUDIT_OTHER);
    assert_int_equal(fields[AUDIT_LINK_PATH].kind, AUDIT_ABSENT);
    assert_int_equal(fields[AUDIT_SEQ].length, 2);
}

static void test_audit_scan_leaves_the_unusual_to_jansson(void **state) {
    (void)state;
    static const char *const lines[] = {
        "",
        "[]",
        "{",
        "{\"seq\":1",
        "{\"seq\":1}x",
        "{\"seq\":1,}",
        "{\"seq\": 1}",
        "{\"seq\":-1}",
        "{\"seq\":01}",
        "{\"seq\":1.0}",
        "{\"seq\":1234567890123456}",
        "{\"seq\":1,\"seq\":1}",
        "{\"unknown\":1}",
        "{\"time\":\"\\u0041\"}",
        "{\"time\":\"\\x\"}",
        "{\"time\":\"\\",
        "{\"time\":\"\x01\"}",
        "{\"time\":\"\xff\"}",
        "{\"time\":\"a",
        "{\"time\":tru}",
        "{\"chain\":[1,]}",
        "{\"chain\":[{\"pid\":1,\"pid\":2}]}",
        "{\"chain\":[[[[1]]]]}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct audit_slice fields[AUDIT_FIELD_COUNT];
        assert_false(audit_scan(lines[i], strlen(lines[i]), fields));
    }
}

static void test_audit_view_reads_either_way(void **state) {
    (void)state;
    uint64_t number = 0;
    struct audit_view view;
    assert_field("{\"service\":\"aws\"}", AUDIT_SERVICE, "aws");
    assert_field("{ \"service\" : \"aws\" }", AUDIT_SERVICE, "aws");
    assert_field("{\"service\":\"\\u0061ws\"}", AUDIT_SERVICE, "aws");
    assert_field("{\"service\":\"a\\\"b\"}", AUDIT_SERVICE, "a\"b");
    assert_field("{\"service\":\"a\\/b\",\"other\":1}", AUDIT_SERVICE, "a/b");
    assert_field("{\"service\":1}", AUDIT_SERVICE, "");
    assert_int_equal(audit_view_open(&view, "[1]", 3), KC_DAMAGED);
    assert_int_equal(audit_view_open(&view, "{\"seq\":7}", 9), KC_OK);
    assert_true(audit_view_number(&view, AUDIT_SEQ, &number));
    assert_int_equal(number, 7);
    audit_view_close(&view);
    assert_int_equal(audit_view_open(&view, "{\"seq\":-7}", 10), KC_OK);
    assert_false(audit_view_number(&view, AUDIT_SEQ, &number));
    audit_view_close(&view);
}

struct filter_case {
    struct audit_filter filter;
    const char *line;
    bool matches;
};

static void test_audit_filter_chooses_records(void **state) {
    (void)state;
    static const char record[] =
        "{\"time\":\"2026-01-02T03:04:05.678901Z\",\"service\":\"aws\",\"target\":\"prod-key\","
        "\"result\":\"denied\",\"binary_path\":\"/a/b\"}";
    static const struct filter_case cases[] = {
        {{.service = NULL}, record, true},
        {{.service = "aws", .result = "denied", .binary = "/a/b"}, record, true},
        {{.service = "git"}, record, false},
        {{.service = "aw"}, record, false},
        {{.result = "success"}, record, false},
        {{.binary = "/a/b*"}, record, false},
        {{.path = "/a/*"}, record, true},
        {{.path = "/b/*"}, record, false},
        {{.target = "prod-*"}, record, true},
        {{.target = "prod-ke?"}, record, true},
        {{.target = "prod"}, record, false},
        {{.since = "2026-01-02T03:04:05.678901Z"}, record, true},
        {{.since = "2026-01-02T03:04:05.678902Z"}, record, false},
        {{.since = "2025-12-31T23:59:59.999999Z"}, record, true},
        {{.service = "aws"}, "{}", false},
        {{.target = "*"}, "{}", false},
        {{.since = "2025-12-31T23:59:59.999999Z"}, "{}", false},
        {{.service = "aws"}, "{\"service\":1}", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct audit_view view;
        const char *line = cases[i].line;
        assert_int_equal(audit_view_open(&view, line, strlen(line)), KC_OK);
        assert_int_equal(audit_filter_matches(&cases[i].filter, &view), cases[i].matches);
        audit_view_close(&view);
        assert_int_equal(audit_filter_is_empty(&cases[i].filter), i == 0);
    }
}

static void test_since_is_so_long_ago_or_a_time(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds; /* -1: refused */
    } cases[] = {
        {"10s", 999990},   {"2h", 992800},     {"1d", 913600}, {"1970-01-01T00:00:07Z", 7},
        {"36501d", -1},    {"2", -1},          {"h", -1},      {"2h ", -1},
        {"yesterday", -1}, {"1970-01-01", -1}, {"", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t since_us = -1000000;
        enum kc_error error = since_parse(cases[i].text, INT64_C(1000000000000), &since_us);
        assert_int_equal(error, cases[i].seconds < 0 ? KC_INVALID : KC_OK);
        assert_int_equal(since_us, cases[i].seconds * 1000000);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audit_scan_takes_what_the_writer_writes),
        cmocka_unit_test(test_audit_scan_knows_the_fields_of_a_chain),
        cmocka_unit_test(test_audit_scan_leaves_the_unusual_to_jansson),
        cmocka_unit_test(test_audit_view_reads_either_way),
        cmocka_unit_test(test_audit_filter_chooses_records),
        cmocka_unit_test(test_since_is_so_long_ago_or_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
