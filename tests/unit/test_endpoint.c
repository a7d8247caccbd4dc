/* SPDX-License-Identifier: MIT */
/*
 * Claiming an address, and what travels over a wire beside the bytes.
 * links: tests/unit/temp_directory.c platform
 */
#define _GNU_SOURCE
#include "platform/endpoint.h"
#include "tests/unit/temp_directory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
    char *root;
    char *directory; /* not there yet */
    char *address;
};

static int set_up(void **state) {
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    place->root = temp_directory_new();
    place->directory = temp_path(place->root, "run");
    place->address = temp_path(place->directory, "s");
    *state = place;
    return 0;
}

static int tear_down(void **state) {
    struct place *place = *state;
    temp_directory_remove(place->root);
    free(place->directory);
    free(place->address);
    free(place);
    return 0;
}

static mode_t mode_of(const char *path) {
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    return status.st_mode & 07777;
}

/* Bound there. */
static int raw_socket(const char *path, int kind) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    assert_true(strlen(path) < sizeof name.sun_path);
    memcpy(name.sun_path, path, strlen(path));
    int bound = socket(AF_UNIX, kind, 0);
    assert_true(bound >= 0);
    assert_int_equal(bind(bound, (const struct sockaddr *)&name, sizeof name), 0);
    return bound;
}

/* A raw listener of the test's own, or only a bound socket when `backlog` is negative. */
static int raw_listener(const char *path, int backlog) {
    int listener = raw_socket(path, SOCK_STREAM);
    if (backlog >= 0) {
        assert_int_equal(listen(listener, backlog), 0);
    }
    return listener;
}

static void connect_pair(const struct place *place, struct endpoint **ret_endpoint,
                         struct wire **ret_client, struct wire **ret_server) {
    assert_int_equal(endpoint_open(place->address, ret_endpoint), KC_OK);
    assert_int_equal(wire_connect(place->address, 1000, ret_client), KC_OK);
    assert_int_equal(endpoint_accept(*ret_endpoint, ret_server), KC_OK);
}

static void test_endpoint_is_private_from_the_start(void **state) {
    const struct place *place = *state;
    KC_AUTO(endpoint) endpoint = NULL;
    mode_t before = umask(0);
    assert_int_equal(endpoint_open(place->address, &endpoint), KC_OK);
    (void)umask(before);
    assert_int_equal(mode_of(place->directory), 0700);
    assert_int_equal(mode_of(place->address), 0600);
    assert_string_equal(endpoint_address(endpoint), place->address);
    assert_true(endpoint_is_current(endpoint));
    int listener = (int)endpoint_waitable(endpoint);
    assert_int_equal(fcntl(listener, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(fcntl(listener, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
}

static void test_endpoint_is_held_by_one_and_removed_at_the_end(void **state) {
    const struct place *place = *state;
    struct endpoint *first = NULL;
    struct endpoint *second = NULL;
    assert_int_equal(endpoint_open(place->address, &first), KC_OK);
    assert_int_equal(endpoint_open(place->address, &second), KC_EXISTS);
    assert_null(second);
    assert_true(endpoint_is_current(first));
    endpoint_free(first);
    assert_int_equal(access(place->address, F_OK), -1);
    assert_int_equal(endpoint_open(place->address, &second), KC_OK);
    endpoint_free(second);
    endpoint_free(NULL);
}

static void test_endpoint_replaces_a_dead_socket_only(void **state) {
    const struct place *place = *state;
    struct endpoint *endpoint = NULL;
    assert_int_equal(mkdir(place->directory, 0700), 0);

    int live = raw_listener(place->address, 1);
    assert_int_equal(endpoint_open(place->address, &endpoint), KC_EXISTS);
    assert_int_equal(access(place->address, F_OK), 0);
    assert_int_equal(close(live), 0);

    assert_int_equal(endpoint_open(place->address, &endpoint), KC_OK);
    endpoint_free(endpoint);
}

/* A socket that can't be asked whether somebody listens (EPROTOTYPE) may be somebody's. */
static void test_endpoint_leaves_a_socket_of_another_kind(void **state) {
    const struct place *place = *state;
    struct endpoint *endpoint = NULL;
    struct stat before;
    struct stat after;
    assert_int_equal(mkdir(place->directory, 0700), 0);
    int datagrams = raw_socket(place->address, SOCK_DGRAM);
    assert_int_equal(lstat(place->address, &before), 0);
    assert_int_equal(endpoint_open(place->address, &endpoint), KC_UNSAFE);
    assert_null(endpoint);
    assert_int_equal(lstat(place->address, &after), 0);
    assert_int_equal(after.st_ino, before.st_ino);
    assert_int_equal(close(datagrams), 0);
}

static void test_endpoint_leaves_what_is_not_a_socket(void **state) {
    const struct place *place = *state;
    struct endpoint *endpoint = NULL;
    assert_int_equal(mkdir(place->directory, 0700), 0);
    temp_file_write(place->address, "mine", 4);
    assert_int_equal(endpoint_open(place->address, &endpoint), KC_UNSAFE);
    size_t length = 0;
    char *bytes = temp_file_read(place->address, &length);
    assert_int_equal(length, 4);
    free(bytes);
    assert_int_equal(unlink(place->address), 0);
    assert_int_equal(symlink("/nowhere", place->address), 0);
    assert_int_equal(endpoint_open(place->address, &endpoint), KC_UNSAFE);
    assert_null(endpoint);
}

static void test_endpoint_refuses_a_directory_open_to_others(void **state) {
    const struct place *place = *state;
    static const mode_t modes[] = {0710, 0701, 0750, 0770, 01777};
    struct endpoint *endpoint = NULL;
    assert_int_equal(mkdir(place->directory, 0700), 0);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod(place->directory, modes[i]), 0);
        assert_int_equal(endpoint_open(place->address, &endpoint), KC_UNSAFE);
    }
    assert_int_equal(chmod(place->directory, 0700), 0);
    char *link = temp_path(place->root, "link");
    char *behind = temp_path(link, "s");
    assert_int_equal(symlink(place->directory, link), 0);
    assert_int_equal(endpoint_open(behind, &endpoint), KC_UNSAFE);
    assert_null(endpoint);
    free(behind);
    free(link);
}

static void test_endpoint_knows_the_longest_address(void **state) {
    const struct place *place = *state;
    char address[200];
    struct endpoint *endpoint = NULL;
    size_t used = strlen(place->directory) + 1;
    assert_true(used < 107);
    (void)snprintf(address, sizeof address, "%s/", place->directory);
    memset(address + used, 'x', 108 - used);
    address[108] = '\0';
    assert_int_equal(endpoint_open(address, &endpoint), KC_TOO_BIG);
    address[107] = '\0';
    assert_int_equal(endpoint_open(address, &endpoint), KC_OK);
    endpoint_free(endpoint);
    assert_int_equal(endpoint_open("", &endpoint), KC_INVALID);
}

static void test_endpoint_notices_a_stolen_address(void **state) {
    const struct place *place = *state;
    struct endpoint *endpoint = NULL;
    assert_int_equal(endpoint_open(place->address, &endpoint), KC_OK);
    assert_int_equal(unlink(place->address), 0);
    assert_false(endpoint_is_current(endpoint));
    int thief = raw_listener(place->address, 1);
    assert_false(endpoint_is_current(endpoint));
    endpoint_free(endpoint);
    assert_int_equal(access(place->address, F_OK), 0); /* the thief's isn't ours to remove */
    assert_int_equal(close(thief), 0);
}

static void test_endpoint_accepts_private_descriptors(void **state) {
    const struct place *place = *state;
    KC_AUTO(endpoint) endpoint = NULL;
    KC_AUTO(wire) client = NULL;
    KC_AUTO(wire) server = NULL;
    connect_pair(place, &endpoint, &client, &server);
    const struct wire *ends[] = {client, server};
    for (size_t i = 0; i < 2; i++) {
        int descriptor = (int)wire_waitable(ends[i]);
        assert_int_equal(fcntl(descriptor, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
        assert_int_equal(fcntl(descriptor, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    }
    struct wire *nobody = NULL;
    assert_int_equal(endpoint_accept(endpoint, &nobody), KC_AGAIN);
    assert_null(nobody);
}

/* In a child with no descriptor left: 0 when the client was turned away and the next one is
 * served. */
static int accept_without_descriptors(const char *address) {
    struct endpoint *endpoint = NULL;
    struct wire *client = NULL;
    struct wire *server = NULL;
    struct wire *next = NULL;
    char byte;
    size_t length = 0;
    uint64_t writer = 0;
    struct rlimit files;
    if (endpoint_open(address, &endpoint) != KC_OK ||
        wire_connect(address, 1000, &client) != KC_OK || getrlimit(RLIMIT_NOFILE, &files) != 0) {
        return 2;
    }
    int lowest_free = dup(0);
    rlim_t before = files.rlim_cur;
    (void)close(lowest_free);
    files.rlim_cur = (rlim_t)lowest_free;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) {
        return 3;
    }
    if (endpoint_accept(endpoint, &server) != KC_BUSY ||
        wire_receive(client, &byte, 1, &length, &writer) != KC_END) {
        return 4;
    }
    files.rlim_cur = before;
    bool served = setrlimit(RLIMIT_NOFILE, &files) == 0 &&
                  wire_connect(address, 1000, &next) == KC_OK &&
                  endpoint_accept(endpoint, &server) == KC_OK;
    wire_free(next);
    wire_free(server);
    wire_free(client);
    endpoint_free(endpoint);
    return served ? 0 : 5;
}

static int exit_code_of(pid_t child) {
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_endpoint_turns_one_away_without_descriptors(void **state) {
    const struct place *place = *state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(accept_without_descriptors(place->address));
    }
    assert_int_equal(exit_code_of(child), 0);
}

static void test_wire_tells_who_wrote_each_message(void **state) {
    const struct place *place = *state;
    KC_AUTO(endpoint) endpoint = NULL;
    KC_AUTO(wire) client = NULL;
    KC_AUTO(wire) server = NULL;
    size_t length = 0;
    uint64_t writer = 0;
    char buffer[16];
    /* The first byte goes before anybody has accepted. */
    assert_int_equal(endpoint_open(place->address, &endpoint), KC_OK);
    assert_int_equal(wire_connect(place->address, 1000, &client), KC_OK);
    assert_int_equal(wire_send(client, "a", 1, &length), KC_OK);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(wire_send(client, "b", 1, &length) == KC_OK ? 0 : 1);
    }
    assert_int_equal(exit_code_of(child), 0);
    assert_int_equal(endpoint_accept(endpoint, &server), KC_OK);

    assert_int_equal(wire_receive(server, buffer, sizeof buffer, &length, &writer), KC_OK);
    assert_int_equal(length, 1);
    assert_int_equal(buffer[0], 'a');
    assert_int_equal(writer, getpid());
    assert_int_equal(wire_receive(server, buffer, sizeof buffer, &length, &writer), KC_OK);
    assert_int_equal(length, 1);
    assert_int_equal(buffer[0], 'b');
    assert_int_equal(writer, child);
    assert_int_equal(wire_receive(server, buffer, sizeof buffer, &length, &writer), KC_AGAIN);
}

static void send_with_descriptor(int socket, int passed) {
    union {
        struct cmsghdr aligned;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec piece = {"x", 1};
    struct msghdr message = {.msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof passed);
    memcpy(CMSG_DATA(header), &passed, sizeof passed);
    assert_int_equal(sendmsg(socket, &message, MSG_NOSIGNAL), 1);
}

/* The pipe ends as soon as nobody holds the end that was passed. */
static void test_wire_drops_descriptors_that_are_passed(void **state) {
    const struct place *place = *state;
    for (int credentials = 0; credentials < 2; credentials++) {
        KC_AUTO(endpoint) endpoint = NULL;
        KC_AUTO(wire) client = NULL;
        KC_AUTO(wire) server = NULL;
        int ends[2];
        char byte = '\0';
        size_t length = 0;
        uint64_t writer = 0;
        connect_pair(place, &endpoint, &client, &server);
        assert_int_equal(setsockopt((int)wire_waitable(server), SOL_SOCKET, SO_PASSCRED,
                                    &credentials, sizeof credentials),
                         0);
        assert_int_equal(pipe(ends), 0);
        send_with_descriptor((int)wire_waitable(client), ends[1]);
        assert_int_equal(close(ends[1]), 0);
        assert_int_equal(wire_receive(server, &byte, 1, &length, &writer), KC_OK);
        assert_int_equal(byte, 'x');
        assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
        assert_int_equal(read(ends[0], &byte, 1), 0);
        assert_int_equal(close(ends[0]), 0);
    }
}

static void test_wire_ends_without_a_signal(void **state) {
    const struct place *place = *state;
    KC_AUTO(endpoint) endpoint = NULL;
    KC_AUTO(wire) client = NULL;
    struct wire *server = NULL;
    char byte;
    size_t length = 0;
    uint64_t writer = 0;
    connect_pair(place, &endpoint, &client, &server);
    assert_int_equal(wire_receive(client, &byte, 1, &length, &writer), KC_AGAIN);
    assert_int_equal(wire_wait(client, WIRE_READABLE, 20), KC_TIMEOUT);
    assert_int_equal(wire_wait(client, WIRE_WRITABLE, 20), KC_OK);
    wire_free(server);
    assert_int_equal(wire_wait(client, WIRE_READABLE, 1000), KC_OK);
    assert_int_equal(wire_receive(client, &byte, 1, &length, &writer), KC_END);
    assert_int_equal(wire_send(client, "x", 1, &length), KC_END);
    wire_free(NULL);
}

static void test_wire_send_says_how_much_fitted(void **state) {
    const struct place *place = *state;
    KC_AUTO(endpoint) endpoint = NULL;
    KC_AUTO(wire) client = NULL;
    KC_AUTO(wire) server = NULL;
    static const char bytes[65536];
    size_t total = 0;
    size_t sent = 0;
    connect_pair(place, &endpoint, &client, &server);
    enum kc_error error = wire_send(client, bytes, sizeof bytes, &sent);
    while (error == KC_OK) {
        assert_true(sent > 0);
        total += sent;
        error = wire_send(client, bytes, sizeof bytes, &sent);
    }
    assert_int_equal(error, KC_AGAIN);
    assert_true(total > 0);
}

static void test_wire_connect_tells_when_nobody_listens(void **state) {
    const struct place *place = *state;
    struct wire *wire = NULL;
    assert_int_equal(wire_connect(place->address, 100, &wire), KC_NOT_FOUND);
    assert_int_equal(mkdir(place->directory, 0700), 0);
    assert_int_equal(wire_connect(place->address, 100, &wire), KC_NOT_FOUND);
    int dead = raw_listener(place->address, -1);
    assert_int_equal(wire_connect(place->address, 100, &wire), KC_NOT_FOUND);
    assert_int_equal(close(dead), 0);
    assert_null(wire);
}

static void test_wire_connect_gives_up_at_its_deadline(void **state) {
    const struct place *place = *state;
    struct wire *waiting[8] = {NULL};
    assert_int_equal(mkdir(place->directory, 0700), 0);
    int listener = raw_listener(place->address, 0);
    enum kc_error error = KC_OK;
    for (size_t i = 0; i < 8 && error == KC_OK; i++) {
        error = wire_connect(place->address, 50, &waiting[i]);
    }
    assert_int_equal(error, KC_TIMEOUT);
    assert_non_null(waiting[0]);
    for (size_t i = 0; i < 8; i++) {
        wire_free(waiting[i]);
    }
    assert_int_equal(close(listener), 0);
}

static void test_wire_connect_refuses_a_directory_that_others_may_write(void **state) {
    const struct place *place = *state;
    static const mode_t modes[] = {0720, 0702, 01777};
    struct wire *wire = NULL;
    assert_int_equal(mkdir(place->directory, 0700), 0);
    int listener = raw_listener(place->address, 5);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod(place->directory, modes[i]), 0);
        assert_int_equal(wire_connect(place->address, 100, &wire), KC_UNSAFE);
    }
    assert_null(wire);
    assert_int_equal(chmod(place->directory, 0755), 0);
    assert_int_equal(wire_connect(place->address, 100, &wire), KC_OK);
    wire_free(wire);
    assert_int_equal(close(listener), 0);
}

static void test_wire_connect_refuses_the_listener_of_another_user(void **state) {
    const struct place *place = *state;
    if (geteuid() != 0) {
        skip(); /* only root can listen as somebody else */
    }
    struct wire *wire = NULL;
    assert_int_equal(mkdir(place->directory, 0700), 0);
    int listener = raw_listener(place->address, -1);
    assert_int_equal(seteuid(65534), 0);
    int listening = listen(listener, 5);
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(listening, 0);
    assert_int_equal(wire_connect(place->address, 100, &wire), KC_UNSAFE);
    assert_null(wire);
    assert_int_equal(close(listener), 0);
}

struct inherit_row {
    const char *count; /* LISTEN_FDS; NULL: not set */
    bool for_us;
    int backlog; /* -1: not listening */
    enum kc_error expected;
};

/* In a child: number 3 becomes what the manager passed. */
static int inherit(const struct place *place, const struct inherit_row *row) {
    char pid[32];
    struct endpoint *endpoint = NULL;
    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid() + (row->for_us ? 0 : 1));
    int listener = raw_listener(place->address, row->backlog);
    if (dup2(listener, 3) != 3 || setenv("LISTEN_PID", pid, 1) != 0 ||
        (row->count != NULL && setenv("LISTEN_FDS", row->count, 1) != 0)) {
        return 2;
    }
    if (listener != 3) {
        (void)close(listener);
    }
    if (endpoint_inherit(&endpoint) != row->expected) {
        return 3;
    }
    if (getenv("LISTEN_PID") != NULL || getenv("LISTEN_FDS") != NULL) {
        return 4;
    }
    if (row->expected != KC_OK) {
        return endpoint == NULL ? 0 : 5;
    }
    int on = 0;
    socklen_t size = sizeof on;
    bool good = endpoint_waitable(endpoint) == 3 && endpoint_is_current(endpoint) &&
                strcmp(endpoint_address(endpoint), place->address) == 0 &&
                (fcntl(3, F_GETFD) & FD_CLOEXEC) != 0 && (fcntl(3, F_GETFL) & O_NONBLOCK) != 0 &&
                getsockopt(3, SOL_SOCKET, SO_PASSCRED, &on, &size) == 0 && on == 1;
    endpoint_free(endpoint);
    return good && access(place->address, F_OK) == 0 ? 0 : 6;
}

static void test_endpoint_inherits_a_listener_of_the_manager(void **state) {
    const struct place *place = *state;
    static const struct inherit_row rows[] = {
        {"1", true, 5, KC_OK},        {"1", false, 5, KC_NOT_FOUND}, {NULL, true, 5, KC_NOT_FOUND},
        {"0", true, 5, KC_NOT_FOUND}, {"1x", true, 5, KC_NOT_FOUND}, {"2", true, 5, KC_INVALID},
        {"1", true, -1, KC_UNSAFE},
    };
    assert_int_equal(mkdir(place->directory, 0700), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            _exit(inherit(place, &rows[i]));
        }
        assert_int_equal(exit_code_of(child), 0);
        assert_int_equal(unlink(place->address), 0);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_endpoint_is_private_from_the_start),
        CASE(test_endpoint_is_held_by_one_and_removed_at_the_end),
        CASE(test_endpoint_replaces_a_dead_socket_only),
        CASE(test_endpoint_leaves_a_socket_of_another_kind),
        CASE(test_endpoint_leaves_what_is_not_a_socket),
        CASE(test_endpoint_refuses_a_directory_open_to_others),
        CASE(test_endpoint_knows_the_longest_address),
        CASE(test_endpoint_notices_a_stolen_address),
        CASE(test_endpoint_accepts_private_descriptors),
        CASE(test_endpoint_turns_one_away_without_descriptors),
        CASE(test_wire_tells_who_wrote_each_message),
        CASE(test_wire_drops_descriptors_that_are_passed),
        CASE(test_wire_ends_without_a_signal),
        CASE(test_wire_send_says_how_much_fitted),
        CASE(test_wire_connect_tells_when_nobody_listens),
        CASE(test_wire_connect_gives_up_at_its_deadline),
        CASE(test_wire_connect_refuses_a_directory_that_others_may_write),
        CASE(test_wire_connect_refuses_the_listener_of_another_user),
        CASE(test_endpoint_inherits_a_listener_of_the_manager),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
