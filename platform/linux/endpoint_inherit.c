/* SPDX-License-Identifier: MIT */
/*
 * Taking over the listener of a service manager (sd_listen_fds(3), without its library). The
 * variables are removed whatever they say, so that no child takes them for its own.
 */
#define _GNU_SOURCE
#include "platform/linux/endpoint_internal.h"

#include "platform/linux/wire_internal.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_PASSED 3 /* SD_LISTEN_FDS_START */

static bool number_in(const char *variable, uint64_t *ret_number) {
    const char *value = getenv(variable);
    return value != NULL && descriptor_parse_number(value, strlen(value), ret_number);
}

static enum kc_error count_passed(uint64_t *ret_count) {
    uint64_t meant_for = 0;
    uint64_t count = 0;
    bool told = number_in("LISTEN_PID", &meant_for) && number_in("LISTEN_FDS", &count);
    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_FDNAMES");
    if (!told || meant_for != (uint64_t)getpid() || count == 0) {
        return KC_NOT_FOUND;
    }
    *ret_count = count;
    return KC_OK;
}

static bool option_is(int descriptor, int option, int expected) {
    int value = 0;
    socklen_t size = sizeof value;
    return getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 && value == expected;
}

/* A listening stream socket with a path: an abstract name would be open to every user. */
static enum kc_error check_listener(int descriptor, struct sockaddr_un *ret_name) {
    struct sockaddr_un name = {0};
    socklen_t size = sizeof name - 1; /* the last byte stays NUL */
    if (!option_is(descriptor, SO_DOMAIN, AF_UNIX) ||
        !option_is(descriptor, SO_TYPE, SOCK_STREAM) || !option_is(descriptor, SO_ACCEPTCONN, 1)) {
        return KC_UNSAFE;
    }
    if (getsockname(descriptor, (struct sockaddr *)&name, &size) != 0) {
        return descriptor_error(errno);
    }
    if (size > sizeof name - 1) {
        return KC_TOO_BIG;
    }
    if (size <= offsetof(struct sockaddr_un, sun_path) || name.sun_path[0] == '\0') {
        return KC_UNSAFE;
    }
    *ret_name = name;
    return KC_OK;
}

static enum kc_error set_flags(int descriptor) {
    int status = fcntl(descriptor, F_GETFL);
    if (status < 0 || fcntl(descriptor, F_SETFL, status | O_NONBLOCK) != 0 ||
        fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) {
        return descriptor_error(errno);
    }
    return wire_ask_for_writers(descriptor);
}

enum kc_error endpoint_inherit(struct endpoint **ret_endpoint) {
    KC_AUTO(endpoint) endpoint = NULL;
    struct sockaddr_un name;
    uint64_t count = 0;
    enum kc_error error = count_passed(&count);
    if (error != KC_OK) {
        return error;
    }
    if (count != 1) {
        return KC_INVALID;
    }
    error = check_listener(FIRST_PASSED, &name);
    if (error == KC_OK) {
        error = set_flags(FIRST_PASSED);
    }
    if (error == KC_OK) {
        error = endpoint_new(name.sun_path, &endpoint);
    }
    if (error == KC_OK) {
        error = endpoint_remember_place(endpoint);
    }
    if (error != KC_OK) {
        return error;
    }
    endpoint->listener = FIRST_PASSED; /* without a lock: the manager removes the address */
    *ret_endpoint = endpoint;
    endpoint = NULL;
    return KC_OK;
}
