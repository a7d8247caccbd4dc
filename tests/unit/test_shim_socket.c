/* SPDX-License-Identifier: MIT */
/*
 * The server's end of the socketpair, in a program that may do with descriptors what it likes.
 * links: libkcshim/server_socket.c kc_static -lgio
 */
#include "libkcshim/server_socket.h"

#include <gio/gio.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct ends {
    struct server_socket server;
    int client;
};

static int setup(void **state) {
    static struct ends ends;
    assert_int_equal(server_socket_open(&ends.server, &ends.client), KC_OK);
    *state = &ends;
    return 0;
}

static int teardown(void **state) {
    struct ends *ends = *state;
    server_socket_close(&ends->server);
    server_socket_drop(ends->client);
    return 0;
}

static GDBusMessage *message_new(void) {
    GDBusMessage *message = g_dbus_message_new_signal("/a", "a.b", "C");
    g_dbus_message_set_serial(message, 3);
    g_dbus_message_set_body(message, g_variant_new("(s)", "text"));
    return message;
}

static void test_shim_socket_brings_a_message_through(void **state) {
    struct ends *ends = *state;
    gsize length = 0;
    GDBusMessage *message = message_new();
    guchar *bytes = g_dbus_message_to_blob(message, &length, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
    assert_int_equal(send(ends->client, bytes, length, 0), length);
    GDBusMessage *came = server_socket_receive(&ends->server);
    assert_non_null(came);
    assert_string_equal(g_dbus_message_get_arg0(came), "text");
    assert_true(server_socket_send(&ends->server, came));
    assert_int_equal(recv(ends->client, bytes, length, 0), length);
    g_object_unref(came);
    g_object_unref(message);
    g_free(bytes);
}

static void test_shim_socket_takes_nothing_else_for_a_message(void **state) {
    static const char *const others[] = {"0123456789abcdef",
                                         "l\1\0\1\377\377\377\7\1\0\0\0\0\0\0\0",
                                         "l\1\0\1\0\0\0\0\1\0\0\0\377\377\377\3"};
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct ends ends;
        assert_int_equal(server_socket_open(&ends.server, &ends.client), KC_OK);
        assert_int_equal(send(ends.client, others[i], 16, 0), 16);
        assert_int_equal(shutdown(ends.client, SHUT_WR), 0);
        assert_null(server_socket_receive(&ends.server));
        server_socket_close(&ends.server);
        server_socket_drop(ends.client);
    }
}

static void test_shim_socket_leaves_a_descriptor_that_became_anothers(void **state) {
    struct ends *ends = *state;
    char text[8] = "";
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_true(fputs("theirs", file) >= 0);
    assert_int_equal(fflush(file), 0);
    assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
    int descriptor = ends->server.descriptor;
    assert_int_equal(dup2(fileno(file), descriptor), descriptor);
    GDBusMessage *message = message_new();
    assert_false(server_socket_send(&ends->server, message));
    assert_null(server_socket_receive(&ends->server));
    server_socket_close(&ends->server);
    assert_int_equal(read(descriptor, text, sizeof text), strlen("theirs"));
    assert_string_equal(text, "theirs");
    assert_int_equal(close(descriptor), 0);
    assert_int_equal(fclose(file), 0);
    g_object_unref(message);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_shim_socket_brings_a_message_through),
        CASE(test_shim_socket_takes_nothing_else_for_a_message),
        CASE(test_shim_socket_leaves_a_descriptor_that_became_anothers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
