/* SPDX-License-Identifier: MIT */
/*
 * The client's way to the daemon: connects within a deadline, and sends nothing before it is
 * sure that the listener runs as our own user in a directory where nobody else can put one.
 */
#define _GNU_SOURCE
#include "platform/linux/wire_internal.h"

#include "platform/check.h"
#include "platform/clock.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

/* A full backlog can't be waited for (connect(2) says EAGAIN and nothing signals room). */
#define RETRY_MS 5

/* Sticky directories are no exception: in /tmp anybody may be the first to take the name. */
static enum kc_error check_directory(const char *address) {
    KC_AUTO_TEXT parent = NULL;
    enum kc_error error = descriptor_parent_path(address, &parent);
    if (error != KC_OK) {
        return error;
    }
    struct stat status;
    if (stat(parent, &status) != 0) {
        return errno == EACCES || errno == ELOOP ? KC_UNSAFE : descriptor_error(errno);
    }
    bool trusted_owner = status.st_uid == geteuid() || status.st_uid == 0;
    bool is_trusted = trusted_owner && (status.st_mode & 022) == 0;
    return is_trusted || !check_is_on("server_directory") ? KC_OK : KC_UNSAFE;
}

static enum kc_error connect_error(int number) {
    switch (number) {
    case ENOENT:
    case ENOTDIR:
    case ECONNREFUSED:
        return KC_NOT_FOUND;
    case EACCES:
    case EPERM:
    case ELOOP:
    case EPROTOTYPE:
        return KC_UNSAFE;
    default:
        return descriptor_error(number);
    }
}

static enum kc_error connect_until(int descriptor, const struct sockaddr_un *address,
                                   uint64_t deadline) {
    while (connect(descriptor, (const struct sockaddr *)address, sizeof *address) != 0) {
        if (errno != EAGAIN && errno != EINTR) {
            return connect_error(errno);
        }
        if (clock_monotonic_ms() >= deadline) {
            return KC_TIMEOUT;
        }
        (void)poll(NULL, 0, RETRY_MS);
    }
    return KC_OK;
}

static enum kc_error check_listener(int descriptor) {
    struct ucred listener;
    socklen_t size = sizeof listener;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &listener, &size) != 0) {
        return KC_UNSUPPORTED;
    }
    return listener.uid == geteuid() || !check_is_on("server_uid") ? KC_OK : KC_UNSAFE;
}

enum kc_error wire_connect(const char *address, unsigned timeout_ms, struct wire **ret_wire) {
    struct sockaddr_un name;
    enum kc_error error = wire_fill_address(address, &name);
    if (error == KC_OK) {
        error = check_directory(address);
    }
    if (error != KC_OK) {
        return error;
    }

    KC_AUTO_DESCRIPTOR descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return descriptor_error(errno);
    }
    error = connect_until(descriptor, &name, clock_monotonic_ms() + timeout_ms);
    if (error == KC_OK) {
        error = check_listener(descriptor);
    }
    if (error == KC_OK) {
        /* Not before connect(2), which would then give our end an abstract name (unix(7)). */
        error = wire_ask_for_writers(descriptor);
    }
    return error == KC_OK ? wire_new(&descriptor, ret_wire) : error;
}
