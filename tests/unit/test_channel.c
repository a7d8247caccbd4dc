/* SPDX-License-Identifier: MIT */
/*
 * A connection as lines, over a real socket, with an owner that answers as it is told.
 * links: daemon/channel.c libkc/line.c libkc/secret.c platform -luv
 * links: tests/unit/temp_directory.c
 */
#include "daemon/channel.h"
#include "libkc/protocol.h"
#include "libkc/secret.h"
#include "platform/endpoint.h"
#include "platform/self.h"
#include "tests/unit/temp_directory.h"

#include <uv.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture {
    uv_loop_t loop;
    char *directory;
    char *address;
    struct endpoint *endpoint;
    struct wire *client;
    struct channel *channel;
    struct secret *scratch;
    size_t buffered;
    int lines;
    char last[64];
    bool answers_at_once;
    enum kc_error trouble;
    int closed;
};

static void answer(struct fixture *fixture) {
    struct secret *line = NULL;
    char text[96];
    int length = snprintf(text, sizeof text, "<%s>\n", fixture->last);
    assert_int_equal(secret_new_copy(text, (size_t)length, &line), KC_OK);
    channel_answer(fixture->channel, &line);
    assert_null(line);
}

static void on_line(void *context, const char *text, size_t length) {
    struct fixture *fixture = context;
    fixture->lines++;
    (void)snprintf(fixture->last, sizeof fixture->last, "%.*s", (int)length, text);
    if (fixture->answers_at_once) {
        answer(fixture);
    }
}

static void on_trouble(void *context, enum kc_error error, const char *message) {
    struct fixture *fixture = context;
    struct secret *line = NULL;
    fixture->trouble = error;
    assert_true(strlen(message) > 0);
    assert_int_equal(secret_new_copy("trouble\n", 8, &line), KC_OK);
    channel_end(fixture->channel, &line);
}

static void on_closed(void *context) {
    struct fixture *fixture = context;
    fixture->closed++;
    fixture->channel = NULL;
}

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct wire *wire = NULL;
    assert_non_null(fixture);
    assert_int_equal(uv_loop_init(&fixture->loop), 0);
    fixture->directory = temp_directory_new();
    fixture->address = temp_path(fixture->directory, "socket");
    assert_int_equal(endpoint_open(fixture->address, &fixture->endpoint), KC_OK);
    assert_int_equal(wire_connect(fixture->address, 1000, &fixture->client), KC_OK);
    assert_int_equal(endpoint_accept(fixture->endpoint, &wire), KC_OK);
    assert_int_equal(secret_new(65536, &fixture->scratch), KC_OK);
    const struct channel_owner owner = {
        .context = fixture,
        .line = on_line,
        .trouble = on_trouble,
        .closed = on_closed,
        .scratch = fixture->scratch,
        .buffered = &fixture->buffered,
        .buffered_max = 2 * 1024 * 1024,
    };
    assert_int_equal(channel_open(&fixture->loop, &wire, &owner, &fixture->channel), KC_OK);
    assert_null(wire);
    *state = fixture;
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    if (fixture->channel != NULL) {
        channel_close(fixture->channel);
        channel_close(fixture->channel);
    }
    assert_int_equal(uv_run(&fixture->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(fixture->closed, 1);
    assert_int_equal(fixture->buffered, 0);
    assert_int_equal(uv_loop_close(&fixture->loop), 0);
    wire_free(fixture->client);
    endpoint_free(fixture->endpoint);
    secret_free(fixture->scratch);
    free(fixture->address);
    temp_directory_remove(fixture->directory);
    free(fixture);
    return 0;
}

/* Turns the loop until nothing is ready any more. */
static void settle(struct fixture *fixture) {
    for (int i = 0; i < 50; i++) {
        (void)uv_run(&fixture->loop, UV_RUN_NOWAIT);
    }
}

static void client_sends(struct fixture *fixture, const char *text) {
    size_t sent = 0;
    assert_int_equal(wire_send(fixture->client, text, strlen(text), &sent), KC_OK);
    assert_int_equal(sent, strlen(text));
}

static void client_gets(struct fixture *fixture, const char *expected) {
    char buffer[4096];
    size_t length = 0;
    uint64_t writer = 0;
    assert_int_equal(wire_receive(fixture->client, buffer, sizeof buffer - 1, &length, &writer),
                     KC_OK);
    buffer[length] = '\0';
    assert_string_equal(buffer, expected);
}

static void test_channel_reads_nothing_before_it_is_begun(void **state) {
    struct fixture *fixture = *state;
    fixture->answers_at_once = true;
    client_sends(fixture, "early\n");
    settle(fixture);
    assert_int_equal(fixture->lines, 0);
    channel_begin(fixture->channel, self_number());
    settle(fixture);
    client_gets(fixture, "<early>\n");
}

static void test_channel_hands_on_one_line_until_it_is_answered(void **state) {
    struct fixture *fixture = *state;
    channel_begin(fixture->channel, self_number());
    client_sends(fixture, "one\ntwo\nthr");
    settle(fixture);
    assert_int_equal(fixture->lines, 1);
    answer(fixture);
    settle(fixture);
    assert_int_equal(fixture->lines, 2);
    answer(fixture);
    client_sends(fixture, "ee\n");
    settle(fixture);
    assert_string_equal(fixture->last, "three");
    client_gets(fixture, "<one>\n<two>\n");
}

static void test_channel_begins_with_what_has_come(void **state) {
    struct fixture *fixture = *state;
    client_sends(fixture, "early\n");
    channel_begin(fixture->channel, self_number());
    assert_string_equal(fixture->last, "early");
    answer(fixture);
    client_gets(fixture, "<early>\n");
}

static void test_channel_that_owes_an_answer_is_not_woken_again_and_again(void **state) {
    struct fixture *fixture = *state;
    channel_begin(fixture->channel, self_number());
    client_sends(fixture, "one\n");
    settle(fixture);
    client_sends(fixture, "two\n");
    settle(fixture);
    assert_int_equal(fixture->lines, 1);
    assert_false(uv_loop_alive(&fixture->loop)); /* nothing is watched any more */
    answer(fixture);
    settle(fixture);
    assert_string_equal(fixture->last, "two");
}

static void test_channel_answers_many_lines_of_one_packet(void **state) {
    struct fixture *fixture = *state;
    char text[400] = "";
    fixture->answers_at_once = true;
    for (int i = 0; i < 100; i++) {
        text[2 * i] = 'x';
        text[2 * i + 1] = '\n';
    }
    channel_begin(fixture->channel, self_number());
    client_sends(fixture, text);
    settle(fixture);
    assert_int_equal(fixture->lines, 100);
}

static void test_channel_notices_another_writer(void **state) {
    struct fixture *fixture = *state;
    channel_begin(fixture->channel, self_number() + 1);
    client_sends(fixture, "x\n");
    settle(fixture);
    assert_int_equal(fixture->lines, 1);
    assert_true(channel_had_stranger(fixture->channel));
}

static void test_channel_trusts_the_writer_that_it_was_told(void **state) {
    struct fixture *fixture = *state;
    channel_begin(fixture->channel, self_number());
    client_sends(fixture, "x\n");
    settle(fixture);
    assert_int_equal(fixture->lines, 1);
    assert_false(channel_had_stranger(fixture->channel));
}

/* Sends `size` bytes without a newline, turning the loop when the socket is full. */
static void send_half_a_line(struct fixture *fixture, size_t size) {
    static char bytes[65536];
    memset(bytes, 'x', sizeof bytes);
    for (size_t all = 0; all < size && fixture->trouble == KC_OK;) {
        size_t sent = 0;
        size_t length = size - all < sizeof bytes ? size - all : sizeof bytes;
        enum kc_error error = wire_send(fixture->client, bytes, length, &sent);
        if (error == KC_END) {
            return;
        }
        all += error == KC_OK ? sent : 0;
        settle(fixture);
    }
}

static void test_channel_bounds_what_waits_in_all_channels(void **state) {
    struct fixture *fixture = *state;
    size_t of_others = 2 * 1024 * 1024 - 512 * 1024;
    fixture->buffered = of_others;
    channel_begin(fixture->channel, self_number());
    send_half_a_line(fixture, 600 * 1024);
    assert_int_equal(fixture->trouble, KC_BUSY);
    fixture->buffered -= of_others;
    settle(fixture);
    assert_int_equal(fixture->closed, 1);
    client_gets(fixture, "trouble\n");
}

static void test_channel_ends_after_a_line_over_the_limit(void **state) {
    struct fixture *fixture = *state;
    channel_begin(fixture->channel, self_number());
    send_half_a_line(fixture, (size_t)KC_LINE_MAX + 1);
    assert_int_equal(fixture->trouble, KC_TOO_BIG);
    settle(fixture);
    assert_int_equal(fixture->closed, 1);
    client_gets(fixture, "trouble\n");
}

static void test_channel_closes_when_the_client_leaves(void **state) {
    struct fixture *fixture = *state;
    channel_begin(fixture->channel, self_number());
    client_sends(fixture, "half");
    wire_free(fixture->client);
    fixture->client = NULL;
    settle(fixture);
    assert_int_equal(fixture->closed, 1);
    assert_int_equal(fixture->lines, 0);
}

static void test_channel_survives_an_answer_after_closing(void **state) {
    struct fixture *fixture = *state;
    channel_begin(fixture->channel, self_number());
    client_sends(fixture, "x\n");
    settle(fixture);
    channel_close(fixture->channel);
    answer(fixture);
    settle(fixture);
    assert_int_equal(fixture->closed, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_channel_reads_nothing_before_it_is_begun),
        CASE(test_channel_hands_on_one_line_until_it_is_answered),
        CASE(test_channel_begins_with_what_has_come),
        CASE(test_channel_that_owes_an_answer_is_not_woken_again_and_again),
        CASE(test_channel_answers_many_lines_of_one_packet),
        CASE(test_channel_notices_another_writer),
        CASE(test_channel_trusts_the_writer_that_it_was_told),
        CASE(test_channel_bounds_what_waits_in_all_channels),
        CASE(test_channel_ends_after_a_line_over_the_limit),
        CASE(test_channel_closes_when_the_client_leaves),
        CASE(test_channel_survives_an_answer_after_closing),
    };
    return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
