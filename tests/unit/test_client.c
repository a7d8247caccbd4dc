/* SPDX-License-Identifier: MIT */
/*
 * The client library against a daemon that answers from a list, well or badly.
 * links: kc_static
 */
#include "libkc/keychain-auth.h"

#include "libkc/client.h"
#include "libkc/line.h"
#include "libkc/protocol.h"
#include "platform/endpoint.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NONCE_ONE   "0123456789abcdef0123456789abcdef"
#define NONCE_TWO   "ffffffffffffffffffffffffffffffff"
#define HELLO       "{\"type\":\"HELLO\",\"version\":1,\"nonce\":\"" NONCE_ONE "\"}\n"
#define REPLIES_MAX 4
#define PATIENCE_MS 5000

struct server {
    char directory[64];
    char address[96];
    struct endpoint *endpoint;
    pthread_t thread;
    const char *replies[REPLIES_MAX]; /* one a line that comes; NULL: close */
    bool greets_first;                /* the first reply is sent before anything comes */
    char heard[4][4096];
    size_t heard_count;
    const char *farewell; /* said when `may_leave` was posted; `has_left` follows */
    sem_t may_leave;
    sem_t has_left;
};

static void wait_for(waitable handle) {
    struct pollfd watched = {.fd = (int)handle, .events = POLLIN};
    (void)poll(&watched, 1, PATIENCE_MS);
}

static void say(struct wire *wire, const char *text) {
    size_t sent = 0;
    enum kc_error error = wire_send(wire, text, strlen(text), &sent);
    (void)error;
}

/* False: the client has gone. */
static bool hear_line(struct server *server, struct wire *wire, struct line *line) {
    char *text = NULL;
    size_t length = 0;
    while (line_take(line, &text, &length) != KC_OK) {
        char bytes[4096];
        uint64_t writer = 0;
        wait_for(wire_waitable(wire));
        if (wire_receive(wire, bytes, sizeof bytes, &length, &writer) != KC_OK ||
            line_feed(line, bytes, length, KC_LINE_MAX) != KC_OK) {
            return false;
        }
    }
    (void)snprintf(server->heard[server->heard_count++], sizeof server->heard[0], "%s", text);
    return true;
}

static void *serve(void *context) {
    struct server *server = context;
    struct wire *wire = NULL;
    struct line line = {0};
    size_t next = 0;
    wait_for(endpoint_waitable(server->endpoint));
    if (endpoint_accept(server->endpoint, &wire) != KC_OK) {
        return NULL;
    }
    if (server->greets_first) {
        say(wire, server->replies[next++]);
    }
    while (next < REPLIES_MAX && server->replies[next] != NULL && hear_line(server, wire, &line)) {
        say(wire, server->replies[next++]);
        if (server->replies[next - 1][0] == '\0') {
            wait_for(wire_waitable(wire)); /* silent until the client leaves */
        }
    }
    if (server->farewell != NULL) {
        (void)sem_wait(&server->may_leave);
        say(wire, server->farewell);
    }
    line_clear(&line);
    wire_free(wire);
    (void)sem_post(&server->has_left);
    return NULL;
}

static void server_start(struct server *server) {
    (void)snprintf(server->directory, sizeof server->directory, "/tmp/kc-client-XXXXXX");
    assert_non_null(mkdtemp(server->directory));
    (void)snprintf(server->address, sizeof server->address, "%s/d/s", server->directory);
    assert_int_equal(endpoint_open(server->address, &server->endpoint), KC_OK);
    assert_int_equal(sem_init(&server->may_leave, 0, 0), 0);
    assert_int_equal(sem_init(&server->has_left, 0, 0), 0);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void server_stop(struct server *server) {
    char path[128];
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    endpoint_free(server->endpoint);
    (void)snprintf(path, sizeof path, "%s/d/s.lock", server->directory);
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/d", server->directory);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(server->directory), 0);
}

static const char *const one_target = "t";
static const struct kc_query read_query = {
    .action = "read", .service = "s", .targets = &one_target, .target_count = 1};

static void test_client_reads_a_value(void **state) {
    (void)state;
    struct server server = {
        .replies = {HELLO, "{\"type\":\"RESPONSE\",\"status\":\"success\",\"encoding\":\"base64\","
                           "\"results\":[{\"target\":\"t\",\"value\":\"YQD/\","
                           "\"attributes\":{\"e\":\"p\"}}]}\n"}};
    struct kc_client *client = NULL;
    struct kc_answer *answer = NULL;
    server_start(&server);
    assert_int_equal(kc_open(server.address, PATIENCE_MS, &client), KC_OK);
    assert_int_equal(kc_request(client, &read_query, &answer), KC_OK);
    assert_string_equal(kc_answer_status(answer), "success");
    assert_string_equal(kc_answer_reason(answer), "");
    assert_string_equal(kc_answer_message(answer), "");
    assert_int_equal(kc_answer_count(answer), 1);
    assert_string_equal(kc_answer_target(answer, 0), "t");
    assert_int_equal(kc_answer_value_length(answer, 0), 3);
    assert_memory_equal(kc_answer_value(answer, 0), "a\0\xff", 4);
    assert_int_equal(kc_answer_attribute_count(answer, 0), 1);
    assert_string_equal(kc_answer_attribute_name(answer, 0, 0), "e");
    assert_string_equal(kc_answer_attribute_value(answer, 0, 0), "p");
    assert_null(kc_answer_attribute_name(answer, 0, 1));
    assert_null(kc_answer_value(answer, 1));
    assert_null(kc_answer_target(answer, 1));
    kc_answer_free(answer);
    kc_close(client);
    server_stop(&server);
    assert_int_equal(server.heard_count, 2);
    assert_string_equal(server.heard[0], "{\"type\":\"HELLO\"}");
    assert_string_equal(server.heard[1],
                        "{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"s\","
                        "\"targets\":[\"t\"],\"encoding\":\"base64\",\"nonce\":\"" NONCE_ONE "\"}");
}

static void test_client_repeats_once_with_a_new_nonce(void **state) {
    (void)state;
    static const char again[] = "{\"type\":\"RESPONSE\",\"status\":\"error\","
                                "\"reason\":\"nonce_required\",\"nonce\":\"" NONCE_TWO "\"}\n";
    struct server server = {.replies = {HELLO, again, again}};
    struct kc_client *client = NULL;
    struct kc_answer *answer = NULL;
    server_start(&server);
    assert_int_equal(kc_open(server.address, PATIENCE_MS, &client), KC_OK);
    assert_int_equal(kc_request(client, &read_query, &answer), KC_OK);
    assert_string_equal(kc_answer_reason(answer), "nonce_required");
    kc_answer_free(answer);
    kc_close(client);
    server_stop(&server);
    assert_int_equal(server.heard_count, 3);
    assert_non_null(strstr(server.heard[1], NONCE_ONE));
    assert_non_null(strstr(server.heard[2], NONCE_TWO));
}

static void test_client_writes_other_bytes_as_base64(void **state) {
    (void)state;
    static const char *const targets[] = {"a", "b"};
    static const void *const values[] = {"text", "\xff\0"};
    static const size_t lengths[] = {4, 2};
    static const char *const attributes[] = {"e", "p"};
    const struct kc_query query = {.action = "write",
                                   .service = "s",
                                   .targets = targets,
                                   .target_count = 2,
                                   .values = values,
                                   .value_lengths = lengths,
                                   .attributes = attributes,
                                   .attribute_count = 1,
                                   .administration = 1};
    struct server server = {
        .replies = {HELLO, "{\"type\":\"RESPONSE\",\"status\":\"success\",\"results\":[]}\n"}};
    struct kc_client *client = NULL;
    struct kc_answer *answer = NULL;
    server_start(&server);
    assert_int_equal(kc_open(server.address, PATIENCE_MS, &client), KC_OK);
    assert_int_equal(kc_request(client, &query, &answer), KC_OK);
    kc_answer_free(answer);
    kc_close(client);
    server_stop(&server);
    assert_string_equal(server.heard[1],
                        "{\"type\":\"ADMIN\",\"action\":\"write\",\"service\":\"s\","
                        "\"targets\":[\"a\",\"b\"],\"values\":[\"dGV4dA==\",\"/wA=\"],"
                        "\"attributes\":{\"e\":\"p\"},\"encoding\":\"base64\","
                        "\"nonce\":\"" NONCE_ONE "\"}");
}

static void test_client_open_tells_what_answered(void **state) {
    (void)state;
    static const struct {
        const char *reply;
        bool greets_first;
        unsigned timeout_ms;
        enum kc_error error;
    } cases[] = {
        {"{\"type\":\"RESPONSE\",\"status\":\"error\",\"reason\":\"busy\"}\n", false, PATIENCE_MS,
         KC_BUSY},
        {"{\"type\":\"RESPONSE\",\"status\":\"error\",\"reason\":\"busy\"}\n", true, PATIENCE_MS,
         KC_BUSY},
        {"{\"type\":\"RESPONSE\",\"status\":\"denied\",\"reason\":\"locked\"}\n", false,
         PATIENCE_MS, KC_INVALID},
        {"SSH-2.0-OpenSSH\n", false, PATIENCE_MS, KC_INVALID},
        {"{\"type\":\"HEL", false, PATIENCE_MS, KC_INVALID},
        {HELLO HELLO, false, PATIENCE_MS, KC_INVALID},
        {NULL, false, PATIENCE_MS, KC_INVALID},
        {"", false, 50, KC_TIMEOUT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct server server = {.replies = {cases[i].reply}, .greets_first = cases[i].greets_first};
        struct kc_client *client = NULL;
        server_start(&server);
        assert_int_equal(kc_open(server.address, cases[i].timeout_ms, &client), cases[i].error);
        assert_null(client);
        server_stop(&server);
    }
}

static void test_client_gives_up_after_a_bad_answer(void **state) {
    (void)state;
    static const struct {
        const char *reply;
        unsigned timeout_ms;
        enum kc_error error;
    } cases[] = {
        {"{\"type\":\"RESPONSE\",\"status\":\"success\",", PATIENCE_MS, KC_END},
        {"nonsense\n", PATIENCE_MS, KC_INVALID},
        {HELLO, PATIENCE_MS, KC_INVALID},
        {NULL, PATIENCE_MS, KC_END},
        {"", 300, KC_TIMEOUT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct server server = {.replies = {HELLO, cases[i].reply}};
        struct kc_client *client = NULL;
        struct kc_answer *answer = NULL;
        server_start(&server);
        assert_int_equal(kc_open(server.address, cases[i].timeout_ms, &client), KC_OK);
        assert_int_equal(kc_request(client, &read_query, &answer), cases[i].error);
        assert_int_equal(kc_request(client, &read_query, &answer), KC_END);
        assert_null(answer);
        kc_close(client);
        server_stop(&server);
    }
}

static void test_client_hears_why_it_was_turned_away(void **state) {
    (void)state;
    struct server server = {
        .replies = {HELLO},
        .farewell = "{\"type\":\"RESPONSE\",\"status\":\"error\",\"reason\":\"busy\"}\n"};
    struct kc_client *client = NULL;
    struct kc_answer *answer = NULL;
    server_start(&server);
    assert_int_equal(kc_open(server.address, PATIENCE_MS, &client), KC_OK);
    assert_int_equal(sem_post(&server.may_leave), 0);
    assert_int_equal(sem_wait(&server.has_left), 0);
    assert_int_equal(kc_request(client, &read_query, &answer), KC_OK);
    assert_string_equal(kc_answer_reason(answer), "busy");
    kc_answer_free(answer);
    kc_close(client);
    server_stop(&server);
}

static void test_client_sends_nothing_when_the_query_is_wrong(void **state) {
    (void)state;
    static char big[KC_VALUE_MAX + 1];
    static const char *targets[KC_TARGETS_MAX + 1];
    static const void *values[32];
    static size_t lengths[32];
    for (size_t i = 0; i <= KC_TARGETS_MAX; i++) {
        targets[i] = "t";
    }
    for (size_t i = 0; i < 32; i++) {
        values[i] = big;
        lengths[i] = KC_VALUE_MAX;
    }
    static const size_t over = KC_VALUE_MAX + 1;
    static const char *const pairs[] = {"a", "1", "a", "2"};
    const struct {
        struct kc_query query;
        enum kc_error error;
    } cases[] = {
        {{.action = NULL}, KC_INVALID},
        {{.action = "dump", .service = "s"}, KC_INVALID},
        {{.action = "status"}, KC_INVALID},
        {{.action = "search"}, KC_INVALID},
        {{.action = "search", .service = ""}, KC_INVALID},
        {{.action = "search", .service = "\xff"}, KC_INVALID},
        {{.action = "search", .service = "s", .match = "glob"}, KC_INVALID},
        {{.action = "read", .service = "s"}, KC_INVALID},
        {{.action = "read", .service = "s", .target_count = 1}, KC_INVALID},
        {{.action = "read", .service = "s", .targets = targets, .target_count = KC_TARGETS_MAX + 1},
         KC_INVALID},
        {{.action = "write", .service = "s", .targets = targets, .target_count = 1}, KC_INVALID},
        {{.action = "write",
          .service = "s",
          .targets = targets,
          .target_count = 1,
          .values = values},
         KC_INVALID},
        {{.action = "write",
          .service = "s",
          .targets = targets,
          .target_count = 1,
          .values = values,
          .value_lengths = &over},
         KC_INVALID},
        {{.action = "write",
          .service = "s",
          .targets = targets,
          .target_count = 32,
          .values = values,
          .value_lengths = lengths},
         KC_TOO_BIG},
        {{.action = "search", .service = "s", .attributes = pairs, .attribute_count = 2},
         KC_INVALID},
        {{.action = "search", .service = "s", .attribute_count = 1}, KC_INVALID},
    };
    struct server server = {.replies = {HELLO, ""}};
    struct kc_client *client = NULL;
    server_start(&server);
    assert_int_equal(kc_open(server.address, PATIENCE_MS, &client), KC_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kc_answer *answer = NULL;
        assert_int_equal(kc_request(client, &cases[i].query, &answer), cases[i].error);
        assert_null(answer);
    }
    kc_close(client);
    server_stop(&server);
    assert_int_equal(server.heard_count, 1);
}

static void test_client_finds_no_daemon(void **state) {
    (void)state;
    char directory[] = "/tmp/kc-client-XXXXXX";
    char address[64];
    struct kc_client *client = NULL;
    assert_non_null(mkdtemp(directory));
    (void)snprintf(address, sizeof address, "%s/none", directory);
    assert_int_equal(kc_open(address, 100, &client), KC_NOT_FOUND);
    assert_int_equal(rmdir(directory), 0);
    kc_close(NULL);
    kc_answer_free(NULL);
}

static void test_client_address_prefers_what_is_nearest(void **state) {
    (void)state;
    static const struct {
        const char *given;
        const char *variable;
        const char *address;
    } cases[] = {
        {"/a", "/b", "/a"},
        {NULL, "/b", "/b"},
        {NULL, "", "/run/x/keychain-auth/agent.sock"},
        {NULL, NULL, "/run/x/keychain-auth/agent.sock"},
    };
    assert_int_equal(setenv("XDG_RUNTIME_DIR", "/run/x", 1), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *address = NULL;
        (void)unsetenv("KEYCHAIN_AUTH_SOCKET");
        if (cases[i].variable != NULL) {
            assert_int_equal(setenv("KEYCHAIN_AUTH_SOCKET", cases[i].variable, 1), 0);
        }
        assert_int_equal(client_address(cases[i].given, &address), KC_OK);
        assert_string_equal(address, cases[i].address);
        free(address);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_reads_a_value),
        cmocka_unit_test(test_client_repeats_once_with_a_new_nonce),
        cmocka_unit_test(test_client_writes_other_bytes_as_base64),
        cmocka_unit_test(test_client_open_tells_what_answered),
        cmocka_unit_test(test_client_gives_up_after_a_bad_answer),
        cmocka_unit_test(test_client_hears_why_it_was_turned_away),
        cmocka_unit_test(test_client_sends_nothing_when_the_query_is_wrong),
        cmocka_unit_test(test_client_finds_no_daemon),
        cmocka_unit_test(test_client_address_prefers_what_is_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
