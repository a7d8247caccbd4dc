/* SPDX-License-Identifier: MIT */
/*
 * The address where the daemon listens: claimed under a lock or inherited, watched, given
 * back. What travels over a connection is the wire's affair.
 */
#define _GNU_SOURCE
#include "platform/linux/endpoint_internal.h"

#include "platform/linux/wire_internal.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum kc_error endpoint_new(const char *address, struct endpoint **ret_endpoint) {
    KC_AUTO(endpoint) endpoint = calloc(1, sizeof *endpoint);
    if (endpoint == NULL) {
        return KC_NO_MEMORY;
    }
    endpoint->listener = -1;
    endpoint->spare = -1;
    endpoint->address = strdup(address);
    if (endpoint->address == NULL) {
        return KC_NO_MEMORY;
    }
    endpoint->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (endpoint->spare < 0) {
        return descriptor_error(errno);
    }
    *ret_endpoint = endpoint;
    endpoint = NULL;
    return KC_OK;
}

enum kc_error endpoint_remember_place(struct endpoint *endpoint) {
    struct stat status;
    if (lstat(endpoint->address, &status) != 0) {
        return descriptor_error(errno);
    }
    if (!S_ISSOCK(status.st_mode)) {
        return KC_UNSAFE;
    }
    endpoint->device = status.st_dev;
    endpoint->inode = status.st_ino;
    return KC_OK;
}

bool endpoint_is_current(const struct endpoint *endpoint) {
    struct stat status;
    return lstat(endpoint->address, &status) == 0 && S_ISSOCK(status.st_mode) &&
           status.st_dev == endpoint->device && status.st_ino == endpoint->inode;
}

const char *endpoint_address(const struct endpoint *endpoint) {
    return endpoint->address;
}

waitable endpoint_waitable(const struct endpoint *endpoint) {
    return endpoint->listener;
}

/* Out of descriptors, a waiting client would keep the listener readable for ever. The spare
 * one makes room to turn the client away. */
static enum kc_error turn_one_away(struct endpoint *endpoint) {
    descriptor_close(&endpoint->spare);
    int refused = accept4(endpoint->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    descriptor_close(&refused);
    endpoint->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return KC_BUSY;
}

enum kc_error endpoint_accept(struct endpoint *endpoint, struct wire **ret_wire) {
    if (endpoint->spare < 0) {
        endpoint->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    KC_AUTO_DESCRIPTOR descriptor =
        accept4(endpoint->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor >= 0) {
        return wire_new(&descriptor, ret_wire);
    }
    switch (errno) {
    case EAGAIN:
    case EINTR:
    case ECONNABORTED:
        return KC_AGAIN;
    case EMFILE:
    case ENFILE:
        return turn_one_away(endpoint);
    default:
        return descriptor_error(errno);
    }
}

void endpoint_free(struct endpoint *endpoint) {
    if (endpoint == NULL) {
        return;
    }
    if (endpoint->lock != NULL && endpoint->listener >= 0 && endpoint_is_current(endpoint)) {
        (void)unlink(endpoint->address);
    }
    descriptor_close(&endpoint->listener);
    descriptor_close(&endpoint->spare);
    file_lock_free(endpoint->lock); /* last: until here nobody else may claim the address */
    free(endpoint->address);
    free(endpoint);
}
