/* SPDX-License-Identifier: MIT */
/*
 * One connection: bytes in with the number of their writer, bytes out, waiting. We call
 * recvmsg(2) ourselves because the writer's number travels beside the bytes.
 */
#define _GNU_SOURCE
#include "platform/linux/wire_internal.h"

#include "platform/clock.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Room for the credentials and for nothing behind them: descriptors that come along don't
 * fit and are never installed (MSG_CTRUNC). */
union control {
    struct cmsghdr aligned;
    char bytes[CMSG_SPACE(sizeof(struct ucred))];
};

enum kc_error wire_new(int *take_descriptor, struct wire **ret_wire) {
    KC_AUTO_DESCRIPTOR descriptor = descriptor_take(take_descriptor);
    struct wire *wire = calloc(1, sizeof *wire);
    if (wire == NULL) {
        return KC_NO_MEMORY;
    }
    wire->descriptor = descriptor_take(&descriptor);
    *ret_wire = wire;
    return KC_OK;
}

enum kc_error wire_fill_address(const char *text, struct sockaddr_un *ret_address) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(text);
    if (length == 0) {
        return KC_INVALID;
    }
    if (length >= sizeof address.sun_path) {
        return KC_TOO_BIG;
    }
    memcpy(address.sun_path, text, length);
    *ret_address = address;
    return KC_OK;
}

enum kc_error wire_ask_for_writers(int descriptor) {
    int on = 1;
    if (setsockopt(descriptor, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0) {
        return KC_UNSUPPORTED;
    }
    return KC_OK;
}

/* A message without credentials has room for a few descriptors; they go at once. */
static void drop_passed(const struct cmsghdr *header) {
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
        int passed;
        memcpy(&passed, CMSG_DATA(header) + i * sizeof passed, sizeof passed);
        descriptor_close(&passed);
    }
}

static uint64_t take_writer(struct msghdr *message) {
    uint64_t writer = WIRE_WRITER_UNKNOWN;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL;
         header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level != SOL_SOCKET) {
            continue;
        }
        if (header->cmsg_type == SCM_RIGHTS) {
            drop_passed(header);
        }
        if (header->cmsg_type == SCM_CREDENTIALS &&
            header->cmsg_len == CMSG_LEN(sizeof(struct ucred))) {
            struct ucred told;
            memcpy(&told, CMSG_DATA(header), sizeof told);
            writer = told.pid > 0 ? (uint64_t)told.pid : WIRE_WRITER_UNKNOWN;
        }
    }
    return writer;
}

static enum kc_error stream_error(int number) {
    switch (number) {
    case EAGAIN:
    case EINTR: /* what is there is still there: the caller waits and comes back */
        return KC_AGAIN;
    case ECONNRESET:
    case EPIPE:
        return KC_END;
    default:
        return descriptor_error(number);
    }
}

enum kc_error wire_receive(struct wire *wire, void *buffer, size_t size, size_t *ret_length,
                           uint64_t *ret_writer) {
    union control control = {0};
    struct iovec piece = {buffer, size};
    struct msghdr message = {
        .msg_iov = &piece,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof control.bytes,
    };
    ssize_t count = recvmsg(wire->descriptor, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count < 0) {
        return stream_error(errno);
    }
    uint64_t writer = take_writer(&message);
    if (count == 0) {
        return KC_END;
    }
    *ret_length = (size_t)count;
    *ret_writer = writer;
    return KC_OK;
}

enum kc_error wire_send(struct wire *wire, const void *bytes, size_t length, size_t *ret_sent) {
    ssize_t count = send(wire->descriptor, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0) {
        return stream_error(errno);
    }
    *ret_sent = (size_t)count;
    return KC_OK;
}

enum kc_error wire_wait(struct wire *wire, enum wire_direction direction, unsigned timeout_ms) {
    struct pollfd watched = {
        .fd = wire->descriptor,
        .events = direction == WIRE_READABLE ? POLLIN : POLLOUT,
    };
    uint64_t deadline = clock_monotonic_ms() + timeout_ms;
    for (;;) {
        uint64_t now = clock_monotonic_ms();
        uint64_t left = now < deadline ? deadline - now : 0;
        int ready = poll(&watched, 1, left < INT_MAX ? (int)left : INT_MAX);
        if (ready > 0) {
            return KC_OK; /* a hang-up counts: the next receive or send tells */
        }
        if (ready < 0 && errno != EINTR) {
            return descriptor_error(errno);
        }
        if (ready == 0 && clock_monotonic_ms() >= deadline) {
            return KC_TIMEOUT;
        }
    }
}

waitable wire_waitable(const struct wire *wire) {
    return wire->descriptor;
}

void wire_free(struct wire *wire) {
    if (wire == NULL) {
        return;
    }
    descriptor_close(&wire->descriptor);
    free(wire);
}
