/* SPDX-License-Identifier: MIT */
/* Reads the fixed part of a message (D-Bus Specification, "Message Format"), which tells how long
 * the whole is, then the rest; GIO knows the form. */
#include "libkcshim/server_socket.h"

#include "platform/secmem.h"

#include <gio/gio.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIXED_SIZE  16
/* Far more than a secret, its attributes and their names; the standard allows 128 MiB. */
#define MESSAGE_MAX (8 * 1024 * 1024)

enum kc_error server_socket_open(struct server_socket *ret_socket, int *ret_client) {
    struct stat status;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return errno == ENOMEM ? KC_NO_MEMORY : KC_IO;
    }
    if (fstat(ends[1], &status) != 0) {
        (void)close(ends[0]);
        (void)close(ends[1]);
        return KC_IO;
    }
    *ret_client = ends[0];
    *ret_socket = (struct server_socket){.descriptor = ends[1],
                                         .device = (uint64_t)status.st_dev,
                                         .number = (uint64_t)status.st_ino};
    return KC_OK;
}

void server_socket_drop(int client) {
    (void)close(client);
}

static bool is_ours(const struct server_socket *socket) {
    struct stat status;
    return fstat(socket->descriptor, &status) == 0 && S_ISSOCK(status.st_mode) &&
           (uint64_t)status.st_dev == socket->device && (uint64_t)status.st_ino == socket->number;
}

void server_socket_close(struct server_socket *socket) {
    if (is_ours(socket)) {
        (void)close(socket->descriptor);
    }
    socket->descriptor = -1;
}

enum server_socket_ready server_socket_wait(const struct server_socket *first,
                                            const struct server_socket *second,
                                            unsigned timeout_ms) {
    struct pollfd waited[2] = {{.fd = first->descriptor, .events = POLLIN}, {.fd = -1}};
    if (second != NULL) {
        if (!is_ours(second)) {
            return SERVER_SOCKET_SECOND;
        }
        waited[1] = (struct pollfd){.fd = second->descriptor, .events = POLLIN};
    }
    int found = poll(waited, 2, (int)timeout_ms);
    if (found == 0) {
        return SERVER_SOCKET_NONE;
    }
    /* What failed shows when it is read. */
    return found > 0 && waited[0].revents == 0 ? SERVER_SOCKET_SECOND : SERVER_SOCKET_FIRST;
}

static bool receive_all(const struct server_socket *socket, unsigned char *bytes, size_t length) {
    size_t done = 0;
    while (done < length) {
        if (!is_ours(socket)) {
            return false;
        }
        ssize_t got = recv(socket->descriptor, bytes + done, length - done, 0);
        if (got > 0) {
            done += (size_t)got;
        } else if (got == 0 || errno != EINTR) {
            return false;
        }
    }
    return true;
}

static GDBusMessage *receive_rest(const struct server_socket *socket,
                                  const unsigned char fixed[FIXED_SIZE], size_t length) {
    unsigned char *bytes = malloc(length);
    GDBusMessage *message = NULL;
    if (bytes == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < FIXED_SIZE; i++) {
        bytes[i] = fixed[i];
    }
    if (receive_all(socket, bytes + FIXED_SIZE, length - FIXED_SIZE)) {
        message = g_dbus_message_new_from_blob(bytes, length, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
    }
    secmem_wipe(bytes, length);
    free(bytes);
    return message;
}

GDBusMessage *server_socket_receive(const struct server_socket *socket) {
    unsigned char fixed[FIXED_SIZE];
    if (!receive_all(socket, fixed, sizeof fixed)) {
        return NULL;
    }
    gssize length = g_dbus_message_bytes_needed(fixed, sizeof fixed, NULL);
    return length >= FIXED_SIZE && length <= MESSAGE_MAX
               ? receive_rest(socket, fixed, (size_t)length)
               : NULL;
}

bool server_socket_send(const struct server_socket *socket, GDBusMessage *message) {
    gsize length = 0;
    size_t done = 0;
    guchar *bytes = g_dbus_message_to_blob(message, &length, G_DBUS_CAPABILITY_FLAGS_NONE, NULL);
    while (bytes != NULL && done < length && is_ours(socket)) {
        ssize_t sent = send(socket->descriptor, bytes + done, length - done, MSG_NOSIGNAL);
        if (sent > 0) {
            done += (size_t)sent;
        } else if (errno != EINTR) {
            break;
        }
    }
    bool is_sent = bytes != NULL && done == length;
    if (bytes != NULL) {
        secmem_wipe(bytes, length);
    }
    g_free(bytes);
    return is_sent;
}

void server_socket_block_signals(void) {
    sigset_t all;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, NULL);
}
