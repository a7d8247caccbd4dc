/* SPDX-License-Identifier: MIT */
/*
 * Who is at the other end: a real listener and real clients, honest ones and others.
 * links: tests/unit/temp_directory.c tests/unit/victim.c platform
 */
#define _GNU_SOURCE
#include "platform/endpoint.h"
#include "platform/peer.h"
#include "platform/process.h"
#include "tests/unit/temp_directory.h"
#include "tests/unit/victim.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char *directory;
    char *address;
    struct endpoint *endpoint;
};

static int set_up(void **state) {
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    place->directory = temp_directory_new();
    place->address = temp_path(place->directory, "s");
    assert_int_equal(endpoint_open(place->address, &place->endpoint), KC_OK);
    *state = place;
    return 0;
}

static int tear_down(void **state) {
    struct place *place = *state;
    endpoint_free(place->endpoint);
    temp_directory_remove(place->directory);
    free(place->address);
    free(place);
    return 0;
}

/* In the child: connects, and says one byte. The wire lives as long as the child. */
static bool connect_and_write(void *context) {
    struct wire *wire = NULL;
    size_t sent = 0;
    return wire_connect(context, 1000, &wire) == KC_OK && wire_send(wire, "x", 1, &sent) == KC_OK;
}

static bool connect_and_shut(void *context) {
    return connect_and_write(context) && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

static bool connect_as_another_user(void *context) {
    struct wire *wire = NULL; /* connected, then given up: the listener isn't of its user */
    return setgid(65534) == 0 && setuid(65534) == 0 &&
           wire_connect(context, 1000, &wire) == KC_UNSAFE;
}

struct visit {
    struct victim victim;
    struct wire *wire;
    struct peer *peer;
    uint64_t writer;
};

/* A client that has connected and written; the writer's number is taken off the wire. */
static struct visit accept_visit(const struct place *place, bool (*act)(void *context)) {
    struct visit result = {0};
    bool prepared = false;
    char byte;
    size_t length = 0;
    result.victim = victim_start(act, place->address, &prepared);
    assert_true(prepared);
    assert_int_equal(endpoint_accept(place->endpoint, &result.wire), KC_OK);
    assert_int_equal(wire_receive(result.wire, &byte, 1, &length, &result.writer), KC_OK);
    assert_int_equal(result.writer, result.victim.pid);
    return result;
}

static struct visit pinned_visit(const struct place *place) {
    struct visit result = accept_visit(place, connect_and_write);
    const char *why = NULL;
    assert_int_equal(peer_pin(result.wire, &result.peer, &why), KC_OK);
    assert_null(why);
    return result;
}

static void end_visit(struct visit *visit) {
    peer_free(visit->peer);
    wire_free(visit->wire);
    victim_end(&visit->victim);
}

static void test_peer_is_the_process_that_connected(void **state) {
    struct visit visit = pinned_visit(*state);
    char expected[32];
    const char *why = NULL;
    assert_int_equal(process_number(peer_process(visit.peer)), visit.victim.pid);
    (void)snprintf(expected, sizeof expected, "%lu", (unsigned long)geteuid());
    assert_string_equal(peer_user(visit.peer), expected);
    (void)snprintf(expected, sizeof expected, "%lu", (unsigned long)getegid());
    assert_string_equal(peer_group(visit.peer), expected);
    assert_int_equal(peer_check(visit.peer, visit.writer, &why), KC_OK);
    assert_int_equal(peer_check(visit.peer, visit.writer, &why), KC_OK);
    assert_null(why);
    end_visit(&visit);
    peer_free(NULL);
}

static void test_peer_check_refuses_another_writer(void **state) {
    struct visit visit = pinned_visit(*state);
    const uint64_t writers[] = {WIRE_WRITER_UNKNOWN, (uint64_t)getpid(), visit.writer + 1};
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        const char *why = NULL;
        assert_int_equal(peer_check(visit.peer, writers[i], &why), KC_CHANGED);
        assert_non_null(why);
    }
    end_visit(&visit);
}

static void test_peer_check_notices_an_exec(void **state) {
    struct visit visit = pinned_visit(*state);
    const char *why = NULL;
    victim_execute(&visit.victim, "/bin/sleep");
    assert_int_equal(peer_check(visit.peer, visit.writer, &why), KC_CHANGED);
    assert_non_null(strstr(why, "executed"));
    end_visit(&visit);
}

static void test_peer_check_notices_the_end(void **state) {
    struct visit visit = pinned_visit(*state);
    const char *why = NULL;
    victim_kill(&visit.victim);
    assert_int_equal(peer_check(visit.peer, visit.writer, &why), KC_END);
    assert_non_null(why);
    end_visit(&visit);
}

static void test_peer_check_notices_a_tracer(void **state) {
    struct visit visit = pinned_visit(*state);
    const char *why = NULL;
    assert_int_equal(ptrace(PTRACE_SEIZE, visit.victim.pid, NULL, NULL), 0);
    assert_int_equal(peer_check(visit.peer, visit.writer, &why), KC_UNSAFE);
    assert_non_null(strstr(why, "traced"));
    end_visit(&visit);
}

static void test_peer_that_has_left_is_not_pinned(void **state) {
    struct visit first = accept_visit(*state, connect_and_write);
    const char *why = NULL;
    victim_kill(&first.victim);
    assert_int_equal(peer_pin(first.wire, &first.peer, &why), KC_END);
    assert_null(first.peer);
    assert_non_null(why);
    end_visit(&first);

    struct wire *wire = NULL;
    struct peer *peer = NULL;
    const struct place *place = *state;
    bool prepared = false;
    struct victim victim = victim_start(connect_and_write, place->address, &prepared);
    assert_true(prepared);
    assert_int_equal(endpoint_accept(place->endpoint, &wire), KC_OK);
    victim_end(&victim); /* reaped: its number is free again */
    assert_int_equal(peer_pin(wire, &peer, &why), KC_END);
    assert_null(peer);
    wire_free(wire);
}

static void test_peer_that_shuts_its_memory_first_is_not_pinned(void **state) {
    if (geteuid() == 0) {
        skip(); /* root may look at everything */
    }
    struct visit first = accept_visit(*state, connect_and_shut);
    const char *why = NULL;
    assert_int_equal(peer_pin(first.wire, &first.peer, &why), KC_UNSAFE);
    assert_null(first.peer);
    assert_non_null(strstr(why, "non-dumpable"));
    end_visit(&first);
}

static void test_peer_of_another_user_is_denied(void **state) {
    const struct place *place = *state;
    if (geteuid() != 0) {
        skip(); /* only root can become somebody else */
    }
    bool prepared = false;
    struct wire *wire = NULL;
    struct peer *peer = NULL;
    const char *why = NULL;
    assert_int_equal(chmod(place->directory, 0711), 0);
    assert_int_equal(chmod(place->address, 0666), 0);
    struct victim victim = victim_start(connect_as_another_user, place->address, &prepared);
    assert_true(prepared);
    assert_int_equal(endpoint_accept(place->endpoint, &wire), KC_OK);
    assert_int_equal(peer_pin(wire, &peer, &why), KC_DENIED);
    assert_null(peer);
    assert_non_null(strstr(why, "another user"));
    wire_free(wire);
    victim_end(&victim);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_peer_is_the_process_that_connected),
        CASE(test_peer_check_refuses_another_writer),
        CASE(test_peer_check_notices_an_exec),
        CASE(test_peer_check_notices_the_end),
        CASE(test_peer_check_notices_a_tracer),
        CASE(test_peer_that_has_left_is_not_pinned),
        CASE(test_peer_that_shuts_its_memory_first_is_not_pinned),
        CASE(test_peer_of_another_user_is_denied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
