/* SPDX-License-Identifier: MIT */
/*
 * The codec: what is taken, what is refused and in which words, and that both directions say
 * the same.
 * links: libkc/message_memory.c libkc/message_json.c libkc/message_read.c libkc/message_write.c
 * links: libkc/message_request.c libkc/message_request_write.c libkc/message_response.c
 * links: libkc/message_answer.c libkc/message_rules.c libkc/scan.c
 * links: libkc/scan_decode.c libkc/compose.c
 * links: libkc/protocol.c libkc/secret.c libkc/parse.c libkc/parse_escape.c libkc/base64.c
 * links: libkc/attributes.c -ljansson platform
 */
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

#define NONCE "0123456789abcdef0123456789abcdef"

static enum kc_error parse(const char *text, struct request **ret_request, char *why) {
    return message_parse_request(text, strlen(text), ret_request, NULL, why);
}

static void assert_refused(const char *text, const char *expected) {
    KC_AUTO(request) request = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(parse(text, &request, why), KC_INVALID);
    assert_null(request);
    assert_string_equal(why, expected);
}

static void test_message_reads_every_member_of_a_request(void **state) {
    (void)state;
    KC_AUTO(request) request = NULL;
    char why[KC_MESSAGE_MAX] = "";
    assert_int_equal(parse("{\"type\":\"REQUEST\",\"action\":\"write\",\"service\":\"aws\","
                           "\"targets\":[\"a\",\"b\"],\"values\":[\"x\\u0000y\",\"\"],"
                           "\"attributes\":{\"z\":\"1\",\"e\":\"2\"},\"nonce\":\"" NONCE "\","
                           "\"id\":\"q\\\"1\",\"other\":[null]}\r",
                           &request, why),
                     KC_OK);
    assert_int_equal(request->type, KC_TYPE_REQUEST);
    assert_int_equal(request->action, KC_ACTION_WRITE);
    assert_int_equal(request->match, KC_MATCH_EXACT);
    assert_string_equal(request->service, "aws");
    assert_string_equal(request->nonce, NONCE);
    assert_string_equal(request->id, "\"q\\\"1\"");
    assert_int_equal(request->target_count, 2);
    assert_string_equal(request->targets[1], "b");
    assert_int_equal(request->value_count, 2);
    assert_int_equal(secret_length(request->values[0]), 3);
    assert_memory_equal(secret_view(request->values[0]), "x\0y", 3);
    assert_int_equal(secret_length(request->values[1]), 0);
    assert_int_equal(request->attributes.count, 2);
    assert_string_equal(attributes_get(&request->attributes, "z"), "1");
}

static void test_message_takes_the_requests_of_the_specification(void **state) {
    (void)state;
    static const char *const texts[] = {
        "{\"type\":\"HELLO\"}",
        "{\"type\":\"HELLO\",\"id\":7}",
        "{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"s\",\"targets\":[\"t\"]}",
        "{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"s\",\"targets\":[\"t\"],"
        "\"values\":[]}",
        "{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"s\",\"match\":\"prefix\","
        "\"targets\":[\"\"]}",
        "{\"type\":\"REQUEST\",\"action\":\"delete\",\"service\":\"s\",\"match\":\"prefix\","
        "\"targets\":[\"t\"]}",
        "{\"type\":\"REQUEST\",\"action\":\"grants\"}",
        "{\"type\":\"REQUEST\",\"action\":\"search\",\"service\":\"s\"}",
        "{\"type\":\"REQUEST\",\"action\":\"search\",\"service\":\"s\",\"targets\":[\"\"]}",
        "{\"type\":\"REQUEST\",\"action\":\"write\",\"service\":\"s\",\"targets\":[\"t\"],"
        "\"values\":[\"/w==\"],"
        "\"encoding\":\"base64\"}",
        "{\"type\":\"ADMIN\",\"action\":\"status\",\"nonce\":\"" NONCE "\"}",
        "{\"type\":\"ADMIN\",\"action\":\"stop\"}",
        "{\"type\":\"ADMIN\",\"action\":\"lock\"}",
        "{\"type\":\"ADMIN\",\"action\":\"unlock\",\"targets\":[\"passphrase\"],\"values\":[\"x\"],"
        "\"attributes\":{\"timeout_s\":\"900\"}}",
        "{\"type\":\"ADMIN\",\"action\":\"passphrase\",\"targets\":[\"old\",\"new\"],"
        "\"values\":[\"x\",\"y\"],\"attributes\":{\"change\":\"change\"}}",
        "{\"type\":\"ADMIN\",\"action\":\"admin\",\"attributes\":{\"scope\":\"end\"}}",
        "{\"type\":\"ADMIN\",\"action\":\"policy\",\"targets\":[\"change\"],\"values\":[\"{}\"]}",
        "{\"type\":\"ADMIN\",\"action\":\"write\",\"service\":\"s\",\"targets\":[\"t\"],\"values\":"
        "[\"v\"]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        KC_AUTO(request) request = NULL;
        KC_AUTO(request) again = NULL;
        KC_AUTO(secret) line = NULL;
        KC_AUTO(secret) same = NULL;
        char why[KC_MESSAGE_MAX] = "";
        assert_int_equal(parse(texts[i], &request, why), KC_OK);
        assert_int_equal(message_write_request(request, &line), KC_OK);
        assert_int_equal(parse((const char *)secret_view(line), &again, why), KC_OK);
        assert_int_equal(message_write_request(again, &same), KC_OK);
        assert_true(secret_equal(line, same));
    }
}

#define READ "{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"s\",\"targets\":[\"t\"]"

static void test_message_refuses_and_says_why(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"", "not JSON: the line ends too early"},
        {"{", "not JSON: the line ends too early"},
        {"{}x", "not JSON: something follows the object"},
        {"{\"a\":}", "not JSON: syntax error"},
        {"{\"a\":1,\"a\":2}", "not JSON: duplicate object key"},
        {"{\"a\":\"\xff\"}", "not JSON: invalid UTF-8"},
        {"{\"a\\u0000\":1}", "not JSON: NUL in an object key"},
        {"{\"a\":99999999999999999999}", "not JSON: a number is out of range"},
        {"[]", "the line isn't a JSON object"},
        {"{}", "\"type\" is missing"},
        {"{\"type\":null}", "\"type\" must be a string"},
        {"{\"type\":\"RE\\nQ\"}", "\"type\" can't be \"RE\\x0aQ\""},
        {"{\"type\":\"REQUEST\"}", "\"action\" is missing"},
        {"{\"type\":\"REQUEST\",\"action\":\"dump\"}", "\"action\" can't be \"dump\""},
        {"{\"type\":\"REQUEST\",\"action\":\"stop\"}", "\"action\" can't be \"stop\""},
        {"{\"type\":\"REQUEST\",\"action\":\"read\\u0000\"}", "\"action\" holds a NUL"},
        {"{\"type\":\"REQUEST\",\"action\":\"read\"}", "\"service\" is missing"},
        {"{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"\"}", "\"service\" is empty"},
        {"{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":1}",
         "\"service\" must be a string"},
        {"{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"a\\nb\"}",
         "\"service\" holds a control character"},
        {"{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"a\\u0000b\"}",
         "\"service\" holds a control character"},
        {"{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"s\"}",
         "\"targets\" must have at least one entry"},
        {"{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"s\",\"targets\":\"t\"}",
         "\"targets\" must be an array"},
        {"{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"s\",\"targets\":[\"t\",null]}",
         "targets[1] must be a string"},
        {"{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"s\",\"targets\":[\"\"]}",
         "targets[0] is empty"},
        {READ ",\"values\":[\"v\"]}", "\"values\" is for \"write\" only"},
        {READ ",\"match\":\"glob\"}", "\"match\" can't be \"glob\""},
        {READ ",\"encoding\":\"hex\"}", "\"encoding\" can't be \"hex\""},
        {READ ",\"nonce\":\"0123\"}", "\"nonce\" must be 32 lower-case hex digits"},
        {READ ",\"id\":1.5}", "\"id\" must be a string or an integer"},
        {READ ",\"id\":null}", "\"id\" must be a string or an integer"},
        {READ ",\"attributes\":[]}", "\"attributes\" must be an object of strings"},
        {READ ",\"attributes\":{\"a\":1}}", "\"attributes\" must be an object of strings"},
        {READ ",\"attributes\":{\"a\":\"\\u0000\"}}", "an attribute holds a NUL"},
        {READ ",\"attributes\":{\"\":\"\"}}",
         "an attribute's name is empty or holds a control character"},
        {"{\"type\":\"REQUEST\",\"action\":\"write\",\"service\":\"s\",\"targets\":[\"t\"]}",
         "\"values\" has 0 entries, but \"targets\" has 1"},
        {"{\"type\":\"REQUEST\",\"action\":\"write\",\"service\":\"s\",\"targets\":[\"t\"],"
         "\"values\":[\"a\",\"b\"]}",
         "\"values\" has 2 entries, but \"targets\" has 1"},
        {"{\"type\":\"REQUEST\",\"action\":\"write\",\"service\":\"s\",\"match\":\"prefix\"}",
         "\"write\" can't have \"match\":\"prefix\""},
        {"{\"type\":\"REQUEST\",\"action\":\"write\",\"service\":\"s\",\"targets\":[\"t\"],"
         "\"values\":[7]}",
         "values[0] must be a string"},
        {"{\"type\":\"REQUEST\",\"action\":\"write\",\"service\":\"s\",\"targets\":[\"t\"],"
         "\"values\":[\"hunter2\"],\"encoding\":\"base64\"}",
         "values[0] isn't base64"},
        {"{\"type\":\"ADMIN\",\"action\":\"status\",\"service\":\"s\"}",
         "\"status\" can't have \"service\""},
        {"{\"type\":\"REQUEST\",\"action\":\"grants\",\"service\":\"s\"}",
         "\"grants\" can't have \"service\""},
        {"{\"type\":\"ADMIN\",\"action\":\"grants\"}", "\"action\" can't be \"grants\""},
        {"{\"type\":\"ADMIN\",\"action\":\"unlock\",\"service\":\"s\"}",
         "\"unlock\" can't have \"service\""},
        {"{\"type\":\"ADMIN\",\"action\":\"lock\",\"values\":[\"x\"]}",
         "\"lock\" can't have \"values\""},
        {"{\"type\":\"ADMIN\",\"action\":\"unlock\",\"targets\":[\"passphrase\"]}",
         "\"values\" has 0 entries, but \"targets\" has 1"},
        {"{\"type\":\"ADMIN\",\"action\":\"unlock\",\"targets\":[\"\"],\"values\":[\"x\"]}",
         "targets[0] is empty"},
        {"{\"type\":\"REQUEST\",\"action\":\"unlock\",\"targets\":[\"passphrase\"],"
         "\"values\":[\"hunter2\"]}",
         "\"action\" can't be \"unlock\""},
        {"{\"type\":\"REQUEST\",\"action\":\"policy\"}", "\"action\" can't be \"policy\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_refused(cases[i][0], cases[i][1]);
    }
}

static void test_message_never_quotes_a_value(void **state) {
    (void)state;
    static const char write[] = "{\"type\":\"REQUEST\",\"action\":\"write\",\"service\":\"s\","
                                "\"targets\":[\"t\"],\"values\":[\"hunter2\"]}";
    size_t refused = 0;
    for (size_t i = 0; i < sizeof write - 1; i++) {
        static const char spoilers[] = {'"', '\\', '}', 'x', '\n', '\xff', '\0'};
        for (size_t j = 0; j < sizeof spoilers; j++) {
            char text[sizeof write];
            memcpy(text, write, sizeof write);
            text[i] = spoilers[j];
            KC_AUTO(request) request = NULL;
            char why[KC_MESSAGE_MAX] = "";
            enum kc_error error =
                message_parse_request(text, sizeof write - 1, &request, NULL, why);
            refused += error == KC_INVALID ? 1 : 0;
            assert_null(strstr(why, "hunt"));
            assert_null(strstr(why, "ter2"));
        }
    }
    assert_true(refused > sizeof write);
}

static void test_message_refuses_a_depth_bomb(void **state) {
    (void)state;
    size_t depth = 100000;
    char *text = malloc(depth + 1);
    assert_non_null(text);
    memset(text, '[', depth);
    text[depth] = '\0';
    assert_refused(text, "not JSON: nested too deeply");
    free(text);
}

/* A request with so many targets, each of so many bytes, and one value for a write. */
static char *make_text(size_t targets, size_t target_length, size_t service_length,
                       const char *action) {
    size_t size = targets * (target_length + 3) + service_length + 128;
    char *text = malloc(size);
    assert_non_null(text);
    int at = snprintf(text, size, "{\"type\":\"REQUEST\",\"action\":\"%s\",\"service\":\"", action);
    char *end = text + at;
    memset(end, 's', service_length);
    end += service_length;
    end += snprintf(end, 32, "\",\"targets\":[");
    for (size_t i = 0; i < targets; i++) {
        *end++ = '"';
        memset(end, 't', target_length);
        end += target_length;
        *end++ = '"';
        *end++ = i + 1 < targets ? ',' : ']';
    }
    *end++ = '}';
    *end = '\0';
    return text;
}

static void test_message_keeps_the_limits(void **state) {
    (void)state;
    static const struct {
        size_t targets;
        size_t target_length;
        size_t service_length;
        const char *why;
    } cases[] = {
        {KC_TARGETS_MAX, 1, 1, NULL},
        {KC_TARGETS_MAX + 1, 1, 1, "\"targets\" has 1025 entries; the limit is 1024"},
        {1, KC_TARGET_MAX, 1, NULL},
        {2, KC_TARGET_MAX + 1, 1, "targets[0] has 1025 bytes; the limit is 1024"},
        {1, 1, KC_SERVICE_MAX, NULL},
        {1, 1, KC_SERVICE_MAX + 1, "\"service\" has 256 bytes; the limit is 255"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text =
            make_text(cases[i].targets, cases[i].target_length, cases[i].service_length, "read");
        if (cases[i].why != NULL) {
            assert_refused(text, cases[i].why);
        } else {
            KC_AUTO(request) request = NULL;
            char why[KC_MESSAGE_MAX];
            assert_int_equal(parse(text, &request, why), KC_OK);
            assert_int_equal(request->target_count, cases[i].targets);
        }
        free(text);
    }
}

static void test_message_keeps_the_limit_of_a_value(void **state) {
    (void)state;
    for (size_t extra = 0; extra < 2; extra++) {
        char *text = malloc(KC_VALUE_MAX + 256);
        assert_non_null(text);
        int at = snprintf(text, 256,
                          "{\"type\":\"REQUEST\",\"action\":\"write\",\"service\":\"s\","
                          "\"targets\":[\"t\"],\"values\":[\"");
        memset(text + at, 'v', KC_VALUE_MAX + extra);
        (void)snprintf(text + at + KC_VALUE_MAX + extra, 8, "\"]}");
        KC_AUTO(request) request = NULL;
        char why[KC_MESSAGE_MAX] = "";
        assert_int_equal(parse(text, &request, why), extra == 0 ? KC_OK : KC_INVALID);
        assert_string_equal(why, extra == 0 ? "" : "values[0] has 65537 bytes; the limit is 65536");
        free(text);
    }
}

static void test_message_hands_out_the_id_of_a_refused_request(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *id;
    } cases[] = {
        {"{\"id\":7}", "7"},
        {"{\"id\":\"a\",\"type\":1}", "\"a\""},
        {"{\"id\":[],\"type\":1}", NULL},
        {"{\"id\":\"a\\u0000\",\"type\":1}", NULL},
        {"{\"type\":1}", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct request *request = NULL;
        char *id = NULL;
        char why[KC_MESSAGE_MAX];
        assert_int_equal(
            message_parse_request(cases[i].text, strlen(cases[i].text), &request, &id, why),
            KC_INVALID);
        if (cases[i].id == NULL) {
            assert_null(id);
        } else {
            assert_non_null(id);
            assert_string_equal(id, cases[i].id);
        }
        free(id);
    }
}

static void test_message_keeps_the_limit_of_an_id(void **state) {
    (void)state;
    for (size_t extra = 0; extra < 2; extra++) {
        char text[6 * KC_ID_MAX + 64] = "{\"type\":\"HELLO\",\"id\":\"";
        for (size_t i = 0; i < KC_ID_MAX + extra; i++) {
            memcpy(text + strlen(text), "\\u0001", 7);
        }
        memcpy(text + strlen(text), "\"}", 3);
        KC_AUTO(request) request = NULL;
        char why[KC_MESSAGE_MAX] = "";
        assert_int_equal(parse(text, &request, why), extra == 0 ? KC_OK : KC_INVALID);
        assert_string_equal(why, extra == 0 ? "" : "\"id\" has 256 bytes; the limit is 255");
    }
}

static void test_message_writes_the_answers_of_the_specification(void **state) {
    (void)state;
    struct result result = {.target = (char *)"t"};
    assert_int_equal(attributes_add(&result.attributes, "e", "p"), KC_OK);
    assert_int_equal(secret_new_copy("v\"", 2, &result.value), KC_OK);
    const struct {
        struct response response;
        const char *line;
    } cases[] = {
        {{.type = KC_TYPE_HELLO, .nonce = NONCE},
         "{\"type\":\"HELLO\",\"version\":1,\"nonce\":\"" NONCE "\"}\n"},
        {{.type = KC_TYPE_REQUEST},
         "{\"type\":\"RESPONSE\",\"status\":\"success\",\"results\":[]}\n"},
        {{.type = KC_TYPE_REQUEST, .id = (char *)"3", .result_count = 1, .results = &result},
         "{\"type\":\"RESPONSE\",\"status\":\"success\",\"id\":3,\"results\":[{\"target\":\"t\","
         "\"value\":\"v\\\"\",\"attributes\":{\"e\":\"p\"}}]}\n"},
        {{.type = KC_TYPE_REQUEST, .base64 = true, .result_count = 1, .results = &result},
         "{\"type\":\"RESPONSE\",\"status\":\"success\",\"encoding\":\"base64\",\"results\":["
         "{\"target\":\"t\",\"value\":\"diI=\",\"attributes\":{\"e\":\"p\"}}]}\n"},
        {{.type = KC_TYPE_REQUEST,
          .status = KC_STATUS_ERROR,
          .reason = KC_REASON_NONCE_REQUIRED,
          .nonce = NONCE,
          .message = (char *)"again"},
         "{\"type\":\"RESPONSE\",\"status\":\"error\",\"reason\":\"nonce_required\","
         "\"message\":\"again\",\"nonce\":\"" NONCE "\"}\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        KC_AUTO(secret) line = NULL;
        KC_AUTO(secret) again = NULL;
        KC_AUTO(response) response = NULL;
        assert_int_equal(message_write_response(&cases[i].response, &line), KC_OK);
        assert_string_equal((const char *)secret_view(line), cases[i].line);
        assert_int_equal(
            message_parse_response((const char *)secret_view(line), secret_length(line), &response),
            KC_OK);
        assert_int_equal(message_write_response(response, &again), KC_OK);
        assert_true(secret_equal(line, again));
    }
    result.target = NULL;
    result_clear(&result);
}

/* One of all that differ in kind; the last one wraps around. */
static bool next_request(struct request *request, struct secret *value) {
    static char *const services[] = {NULL, (char *)"", (char *)"s", (char *)"\n"};
    static char *targets[][2] = {{(char *)"t", (char *)"u"}, {(char *)"", (char *)"u"}};
    static struct secret *values[2];
    static struct attribute attribute = {(char *)"a", (char *)"1"};
    static unsigned number;
    unsigned rest = number++;
    values[0] = values[1] = value;
    request->type = rest % KC_TYPE_COUNT, rest /= KC_TYPE_COUNT;
    request->action = rest % KC_ACTION_COUNT, rest /= KC_ACTION_COUNT;
    request->match = rest % KC_MATCH_COUNT, rest /= KC_MATCH_COUNT;
    request->service = services[rest % 4], rest /= 4;
    request->targets = targets[rest % 2], rest /= 2;
    request->target_count = rest % 3, rest /= 3;
    request->values = values;
    request->value_count = rest % 3, rest /= 3;
    request->attributes.items = &attribute;
    request->attributes.count = rest % 2, rest /= 2;
    request->base64 = rest % 2 != 0, rest /= 2;
    return rest == 0;
}

static void test_message_a_client_s_rules_are_the_daemon_s(void **state) {
    (void)state;
    KC_AUTO(secret) value = NULL;
    struct request request = {0};
    size_t taken = 0;
    size_t refused = 0;
    assert_int_equal(secret_new_copy("v", 1, &value), KC_OK);
    while (next_request(&request, value)) {
        KC_AUTO(request) read = NULL;
        KC_AUTO(secret) line = NULL;
        char why[KC_MESSAGE_MAX] = "";
        enum kc_error error = message_write_request(&request, &line);
        if (error == KC_OK) {
            error = message_parse_request((const char *)secret_view(line), secret_length(line),
                                          &read, NULL, why);
        }
        assert_int_equal(message_check_request(&request), error);
        taken += error == KC_OK ? 1 : 0;
        refused += error == KC_OK ? 0 : 1;
    }
    assert_true(taken > 100 && refused > 100);
}

static void test_message_refuses_what_is_no_answer(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "{\"type\":\"RESPONSE\"}",
        "{\"type\":\"OTHER\",\"status\":\"success\"}",
        "{\"type\":\"RESPONSE\",\"status\":\"fine\"}",
        "{\"type\":\"RESPONSE\",\"status\":\"error\",\"reason\":\"weather\"}",
        "{\"type\":\"RESPONSE\",\"status\":\"success\",\"results\":{}}",
        "{\"type\":\"RESPONSE\",\"status\":\"success\",\"results\":[1]}",
        "{\"type\":\"RESPONSE\",\"status\":\"success\",\"results\":[{\"value\":\"v\"}]}",
        "{\"type\":\"RESPONSE\",\"status\":\"success\",\"results\":[{\"target\":\"\"}]}",
        "{\"type\":\"RESPONSE\",\"status\":\"success\",\"results\":[{\"target\":\"t\",\"value\":"
        "null}]}",
        "{\"type\":\"RESPONSE\",\"status\":\"success\",\"encoding\":\"base64\","
        "\"results\":[{\"target\":\"t\",\"value\":\"!\"}]}",
        "{\"type\":\"HELLO\",\"version\":1}",
        "{\"type\":\"HELLO\",\"version\":2,\"nonce\":\"" NONCE "\"}",
        "{\"type\":\"HELLO\",\"version\":1,\"nonce\":\"0123\"}",
        "{\"type\":\"RESPONSE\",\"status\":\"success\",\"status\":\"success\"}",
        "{\"type\":\"RESPONSE\",\"status\":\"success\"} {}",
        "{\"type\":\"RESPONSE\",\"status\":\"success\",\"message\":\"\\u0000\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct response *response = NULL;
        assert_int_equal(message_parse_response(texts[i], strlen(texts[i]), &response), KC_INVALID);
        assert_null(response);
    }
}

static void test_message_needs_base64_for_other_bytes(void **state) {
    (void)state;
    struct result result = {.target = (char *)"t"};
    assert_int_equal(secret_new_copy("\xff", 1, &result.value), KC_OK);
    struct response response = {.type = KC_TYPE_REQUEST, .result_count = 1, .results = &result};
    KC_AUTO(secret) line = NULL;
    assert_int_equal(message_write_response(&response, &line), KC_INVALID);
    assert_null(line);
    response.base64 = true;
    assert_int_equal(message_write_response(&response, &line), KC_OK);
    secret_free(result.value);
}

static void test_message_writes_one_result_for_programs(void **state) {
    (void)state;
    KC_AUTO(secret) text = NULL;
    KC_AUTO(secret) other = NULL;
    assert_int_equal(message_write_result("t", "a\0b", 3, &text), KC_OK);
    assert_string_equal((const char *)secret_view(text),
                        "{\"target\":\"t\",\"value\":\"a\\u0000b\"}\n");
    assert_int_equal(message_write_result("t", "\xff", 1, &other), KC_OK);
    assert_string_equal((const char *)secret_view(other),
                        "{\"target\":\"t\",\"encoding\":\"base64\",\"value\":\"/w==\"}\n");
}

static void test_message_refuses_an_answer_over_the_limit(void **state) {
    (void)state;
    enum { COUNT = KC_ANSWER_MAX / (6 * KC_VALUE_MAX) + 1 };
    struct result results[COUNT] = {{0}};
    struct secret *value = NULL;
    assert_int_equal(secret_new(KC_VALUE_MAX, &value), KC_OK);
    secret_set_length(value, KC_VALUE_MAX); /* every NUL is written as six characters */
    for (size_t i = 0; i < COUNT; i++) {
        results[i] = (struct result){.target = (char *)"t", .value = value};
    }
    struct response response = {.type = KC_TYPE_REQUEST, .result_count = COUNT, .results = results};
    KC_AUTO(secret) line = NULL;
    assert_int_equal(message_write_response(&response, &line), KC_TOO_BIG);
    response.result_count = 1;
    assert_int_equal(message_write_response(&response, &line), KC_OK);
    secret_free(value);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message_reads_every_member_of_a_request),
        cmocka_unit_test(test_message_takes_the_requests_of_the_specification),
        cmocka_unit_test(test_message_refuses_and_says_why),
        cmocka_unit_test(test_message_never_quotes_a_value),
        cmocka_unit_test(test_message_refuses_a_depth_bomb),
        cmocka_unit_test(test_message_keeps_the_limits),
        cmocka_unit_test(test_message_keeps_the_limit_of_a_value),
        cmocka_unit_test(test_message_hands_out_the_id_of_a_refused_request),
        cmocka_unit_test(test_message_keeps_the_limit_of_an_id),
        cmocka_unit_test(test_message_writes_the_answers_of_the_specification),
        cmocka_unit_test(test_message_a_client_s_rules_are_the_daemon_s),
        cmocka_unit_test(test_message_refuses_what_is_no_answer),
        cmocka_unit_test(test_message_needs_base64_for_other_bytes),
        cmocka_unit_test(test_message_writes_one_result_for_programs),
        cmocka_unit_test(test_message_refuses_an_answer_over_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
