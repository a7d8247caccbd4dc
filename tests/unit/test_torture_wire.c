/* SPDX-License-Identifier: MIT */
/*
 * The codec, the client and what they are made of, when memory runs out.
 * links: kc_static tests/fakes/fake_alloc.c tests/unit/torture.c -ljansson
 * links: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup
 * links: -Wl,--wrap=secmem_alloc
 */
#include "libkc/attributes.h"
#include "libkc/keychain-auth.h"
#include "libkc/line.h"
#include "libkc/message.h"
#include "libkc/options.h"
#include "libkc/secret.h"
#include "platform/endpoint.h"
#include "tests/fakes/fake_alloc.h"
#include "tests/unit/torture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NONCE  "0123456789abcdef0123456789abcdef"

#define BASE64 "bG9uZyBlbm91Z2ggdGhhdCBhIGJ1ZmZlciBncm93cyBpbiB0aGUgbWlkZGxlIG9mIGl0"

/* Long enough that jansson's buffers grow in the middle of every kind of text. */
#define LONG   "abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyz0123456789"

static const char request_line[] =
    "{\"type\":\"REQUEST\",\"action\":\"write\",\"service\":\"aws-" LONG "\",\"targets\":[\"t-" LONG
    "\",\"u\"],\"values\":[\"dmFsdWU=\",\"" BASE64 "\"],\"attributes\":{\"environment\":\"" LONG
    "\",\"a\":\"b\"},\"encoding\":\"base64\",\"nonce\":\"" NONCE "\",\"id\":\"id-" LONG "\"}\n";

static const char response_line[] =
    "{\"type\":\"RESPONSE\",\"status\":\"success\",\"reason\":\"busy\",\"message\":\"m-" LONG
    "\",\"results\":[{\"target\":\"t-" LONG "\",\"value\":\"v-" LONG
    "\",\"attributes\":{\"environment\":\"" LONG "\"}},{\"target\":\"u\"}],\"nonce\":\"" NONCE
    "\",\"id\":12345}\n";

/* Out, and in again, without a byte lost. */
static enum kc_error run_request(void *context) {
    struct request *request = UNTOUCHED;
    struct secret *line = UNTOUCHED;
    char *id = NULL;
    char why[KC_MESSAGE_MAX] = "";
    (void)context;
    enum kc_error error =
        message_parse_request(request_line, strlen(request_line), &request, &id, why);
    free(id);
    assert_string_equal(why, "");
    if (error != KC_OK) {
        assert_ptr_equal(request, UNTOUCHED);
        return error;
    }
    error = message_write_request(request, &line);
    request_free(request);
    if (error != KC_OK) {
        assert_ptr_equal(line, UNTOUCHED);
        return error;
    }
    assert_non_null(strstr((const char *)secret_view(line), "\"service\":\"aws-" LONG "\""));
    assert_non_null(strstr((const char *)secret_view(line), ",\"" BASE64 "\"]"));
    secret_free(line);
    return KC_OK;
}

static void test_torture_message_request(void **state) {
    (void)state;
    torture(&(struct torture){.run = run_request});
}

static enum kc_error run_response(void *context) {
    struct response *response = UNTOUCHED;
    struct secret *line = UNTOUCHED;
    (void)context;
    enum kc_error error = message_parse_response(response_line, strlen(response_line), &response);
    if (error != KC_OK) {
        assert_ptr_equal(response, UNTOUCHED);
        return error;
    }
    error = message_write_response(response, &line);
    response_free(response);
    if (error != KC_OK) {
        assert_ptr_equal(line, UNTOUCHED);
        return error;
    }
    assert_non_null(strstr((const char *)secret_view(line), "\"value\":\"v-" LONG "\""));
    secret_free(line);
    return KC_OK;
}

static void test_torture_message_response(void **state) {
    (void)state;
    torture(&(struct torture){.run = run_response});
}

static enum kc_error run_result(void *context) {
    struct secret *line = UNTOUCHED;
    (void)context;
    enum kc_error error = message_write_result("t", "\xff" LONG, sizeof LONG, &line);
    if (error != KC_OK) {
        assert_ptr_equal(line, UNTOUCHED);
        return error;
    }
    secret_free(line);
    return KC_OK;
}

static void test_torture_message_result(void **state) {
    (void)state;
    torture(&(struct torture){.run = run_result});
}

static enum kc_error run_secret(void *context) {
    static const char more[9000] = {'m'};
    KC_AUTO(secret) secret = NULL;
    (void)context;
    enum kc_error error = secret_new_copy("begin", 5, &secret);
    if (error != KC_OK) {
        assert_null(secret);
        return error;
    }
    error = secret_append(secret, more, sizeof more, SIZE_MAX);
    assert_int_equal(secret_length(secret), error == KC_OK ? 5 + sizeof more : 5);
    assert_memory_equal(secret_view(secret), "begin", 5);
    return error;
}

static void test_torture_secret(void **state) {
    (void)state;
    torture(&(struct torture){.run = run_secret});
}

/* What could not be taken in is as if it never came, and can come again. */
static enum kc_error run_line(void *context) {
    static char rest[9000];
    struct line line = {0};
    char *text = NULL;
    size_t length = 0;
    (void)context;
    memset(rest, 'r', sizeof rest);
    rest[sizeof rest - 1] = '\n';
    enum kc_error error = line_feed(&line, "one\nhalf", 8, KC_LINE_MAX);
    if (error == KC_OK) {
        error = line_feed(&line, rest, sizeof rest, KC_LINE_MAX);
        assert_int_equal(line_pending(&line), error == KC_OK ? 0 : 4);
        assert_int_equal(line_take(&line, &text, &length), KC_OK);
        assert_string_equal(text, "one");
        assert_int_equal(line_is_ready(&line), error == KC_OK);
    } else {
        assert_int_equal(line_pending(&line), 0);
        assert_false(line_is_ready(&line));
    }
    line_clear(&line);
    return error;
}

static void test_torture_line(void **state) {
    (void)state;
    torture(&(struct torture){.run = run_line});
}

static enum kc_error run_attributes(void *context) {
    struct attributes attributes = {0};
    struct attributes copy = {.count = 77};
    (void)context;
    enum kc_error error = attributes_add(&attributes, "b", "1");
    if (error == KC_OK) {
        error = attributes_add(&attributes, "a", "2");
        assert_int_equal(attributes.count, error == KC_OK ? 2 : 1);
        assert_string_equal(attributes_get(&attributes, "b"), "1");
    }
    if (error == KC_OK) {
        error = attributes_copy(&attributes, &copy);
        assert_int_equal(copy.count, error == KC_OK ? 2 : 77);
    }
    if (error == KC_OK) {
        attributes_clear(&copy);
    }
    attributes_clear(&attributes);
    return error;
}

static void test_torture_attributes(void **state) {
    (void)state;
    torture(&(struct torture){.run = run_attributes});
}

static enum kc_error run_options(void *context) {
    static const struct option table[] = {
        {.name = "read", .kind = OPTION_VALUE, .can_repeat = true, .argument = "SERVICE"},
        {.name = "search", .letter = 's', .kind = OPTION_FLAG},
        {.name = NULL},
    };
    static const char *const argv[] = {"--read", "a", "-s", "--read=b", "operand"};
    struct options *options = UNTOUCHED;
    char why[KC_MESSAGE_MAX] = "";
    (void)context;
    enum kc_error error = options_parse(table, 5, argv, &options, why);
    assert_string_equal(why, "");
    if (error != KC_OK) {
        assert_ptr_equal(options, UNTOUCHED);
        return error;
    }
    options_free(options);
    return KC_OK;
}

static void test_torture_options(void **state) {
    (void)state;
    torture(&(struct torture){.run = run_options});
}

/* A daemon that greets, and has one answer to all questions. */
struct server {
    char directory[32];
    char address[48];
    struct endpoint *endpoint;
    pthread_t thread;
};

static void wait_for(waitable handle) {
    struct pollfd watched = {.fd = (int)handle, .events = POLLIN};
    (void)poll(&watched, 1, -1);
}

static bool answer_line(struct wire *wire, const char *line) {
    static const char hello[] = "{\"type\":\"HELLO\",\"version\":1,\"nonce\":\"" NONCE "\"}\n";
    const char *reply = strstr(line, "HELLO") != NULL ? hello : response_line;
    size_t sent = 0;
    return wire_send(wire, reply, strlen(reply), &sent) == KC_OK && sent == strlen(reply);
}

/* Until the client leaves; false when it told the server to leave. */
static bool serve_client(struct wire *wire) {
    for (;;) {
        char line[4096];
        size_t length = 0;
        uint64_t writer = 0;
        wait_for(wire_waitable(wire));
        enum kc_error error = wire_receive(wire, line, sizeof line - 1, &length, &writer);
        if (error == KC_AGAIN) {
            continue;
        }
        line[error == KC_OK ? length : 0] = '\0';
        if (error != KC_OK || strcmp(line, "leave") == 0 || !answer_line(wire, line)) {
            return strcmp(line, "leave") != 0;
        }
    }
}

static void *serve(void *context) {
    const struct server *server = context;
    bool stays = true;
    while (stays) {
        struct wire *wire = NULL;
        wait_for(endpoint_waitable(server->endpoint));
        if (endpoint_accept(server->endpoint, &wire) == KC_OK) {
            stays = serve_client(wire);
        }
        wire_free(wire);
    }
    return NULL;
}

static void server_start(struct server *server) {
    (void)snprintf(server->directory, sizeof server->directory, "/tmp/kc-torture-XXXXXX");
    assert_non_null(mkdtemp(server->directory));
    (void)snprintf(server->address, sizeof server->address, "%s/d/s", server->directory);
    assert_int_equal(endpoint_open(server->address, &server->endpoint), KC_OK);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void server_stop(struct server *server) {
    struct wire *wire = NULL;
    size_t sent = 0;
    char path[64];
    assert_int_equal(wire_connect(server->address, 1000, &wire), KC_OK);
    assert_int_equal(wire_send(wire, "leave", 5, &sent), KC_OK);
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    wire_free(wire);
    endpoint_free(server->endpoint);
    (void)snprintf(path, sizeof path, "%s/d/s.lock", server->directory);
    assert_int_equal(unlink(path), 0);
    (void)snprintf(path, sizeof path, "%s/d", server->directory);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(server->directory), 0);
}

static enum kc_error run_client(void *context) {
    static const char *const targets[] = {"t-" LONG, "u"};
    static const char *const pairs[] = {"environment", LONG};
    const struct kc_query query = {.action = "read",
                                   .service = "s",
                                   .targets = targets,
                                   .target_count = 2,
                                   .attributes = pairs,
                                   .attribute_count = 1};
    const struct server *server = context;
    struct kc_client *client = UNTOUCHED;
    struct kc_answer *answer = UNTOUCHED;
    enum kc_error error = kc_open(server->address, 5000, &client);
    if (error != KC_OK) {
        assert_ptr_equal(client, UNTOUCHED);
        return error;
    }
    error = kc_request(client, &query, &answer);
    kc_close(client);
    if (error != KC_OK) {
        assert_ptr_equal(answer, UNTOUCHED);
        return error;
    }
    assert_string_equal(kc_answer_value(answer, 0), "v-" LONG);
    kc_answer_free(answer);
    return KC_OK;
}

static void test_torture_client(void **state) {
    (void)state;
    struct server server;
    server_start(&server);
    torture(&(struct torture){.run = run_client, .context = &server});
    server_stop(&server);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_torture_message_request),
        cmocka_unit_test(test_torture_message_response),
        cmocka_unit_test(test_torture_message_result),
        cmocka_unit_test(test_torture_secret),
        cmocka_unit_test(test_torture_line),
        cmocka_unit_test(test_torture_attributes),
        cmocka_unit_test(test_torture_options),
        cmocka_unit_test(test_torture_client),
    };
    fake_alloc_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
