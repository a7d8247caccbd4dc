/* SPDX-License-Identifier: MIT */
/*
 * Gives a SecretService its private connection, and a thread at the other end of it. A process has
 * one of each, as it would have one connection to its session bus: what one object makes (a
 * collection, an item of the session) the others see. The thread ends with the connection.
 *
 * After fork() the child has no such thread, and gets its own with the next SecretService; one
 * that the parent made hangs there, as it does with a real bus, for want of GDBus's own thread.
 */
#include "libkcshim/server.h"

#include "libkcshim/server_bus.h"
#include "libkcshim/server_internal.h"
#include "platform/self.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FALLBACK_VARIABLE "KEYCHAIN_AUTH_SHIM_FALLBACK"

/* Of the process, and so nobody's in it; the lock is for all of it. */
static struct {
    GMutex lock;
    GDBusConnection *connection;
    uint64_t process; /* that made it */
} shared;

void server_free(struct server *server) {
    if (server == NULL) {
        return;
    }
    server_socket_close(&server->socket);
    collections_clear(server);
    g_hash_table_unref(server->locked);
    g_hash_table_unref(server->moved);
    g_hash_table_unref(server->kept);
    g_hash_table_unref(server->seen);
    prompts_free(server->prompts);
    g_ptr_array_unref(server->awaited);
    sessions_free(server->sessions);
    broker_free(server->broker);
    g_free(server);
}

struct server *server_new(void) {
    struct server *server = g_new0(struct server, 1);
    server->socket.descriptor = -1;
    server->broker = broker_new();
    server->sessions = sessions_new();
    server->prompts = prompts_new();
    server->awaited = g_ptr_array_new_with_free_func(awaited_free);
    server->locked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    server->moved = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    server->kept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, kept_free);
    server->seen = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, found_free);
    collections_init(server);
    if (server->broker == NULL) {
        server_free(server);
        return NULL;
    }
    return server;
}

/* Until the program says something; meanwhile a person may answer, and the daemon's connection is
 * given back. */
static void await(struct server *server) {
    for (;;) {
        const struct server_socket *asker = prompts_asker(server->prompts);
        switch (server_socket_wait(&server->socket, asker, BROKER_IDLE_MS)) {
        case SERVER_SOCKET_FIRST:
            return;
        case SERVER_SOCKET_SECOND:
            prompts_settle(server);
            break;
        case SERVER_SOCKET_NONE:
            broker_rest(server->broker);
            if (asker == NULL) {
                return; /* whatever comes, it comes from the program */
            }
            break;
        }
    }
}

static gpointer run(gpointer held) {
    struct server *server = held;
    server_socket_block_signals();
    for (;;) {
        await(server);
        g_autoptr(GDBusMessage) message = server_socket_receive(&server->socket);
        if (message == NULL || !bus_answer(server, message)) {
            break;
        }
        /* Who opens a session will ask for something next, and has to think before. */
        if (sessions_settle(server->sessions)) {
            broker_prepare(server->broker);
        }
    }
    server_free(server);
    return NULL;
}

/* The other end as the library wants it: a bus, with its Hello. */
static GDBusConnection *connect_client(int descriptor) {
    g_autoptr(GSocket) socket = g_socket_new_from_fd(descriptor, NULL);
    if (socket == NULL) {
        server_socket_drop(descriptor);
        return NULL;
    }
    g_autoptr(GSocketConnection) stream = g_socket_connection_factory_create_connection(socket);
    return g_dbus_connection_new_sync(G_IO_STREAM(stream), NULL,
                                      G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL,
                                      NULL);
}

static GDBusConnection *start(void) {
    struct server *server = server_new();
    int descriptor = -1;
    if (server == NULL) {
        return NULL;
    }
    if (server_socket_open(&server->socket, &descriptor) != KC_OK) {
        server_free(server);
        return NULL;
    }
    GThread *thread = g_thread_try_new("keychain-auth", run, server, NULL);
    if (thread == NULL) {
        server_socket_drop(descriptor);
        server_free(server);
        return NULL;
    }
    g_thread_unref(thread);
    return connect_client(descriptor);
}

/* Only where it was asked for, and never without a word. */
static bool falls_back(void) {
    const char *asked = getenv(FALLBACK_VARIABLE);
    struct trouble trouble = {0};
    if (asked == NULL || strcmp(asked, "1") != 0) {
        return false;
    }
    KC_AUTO(broker) broker = broker_new();
    if (broker == NULL || broker_is_there(broker, &trouble)) {
        return false;
    }
    (void)fprintf(stderr,
                  "libkcshim: %s; using the session's own keyring, as " FALLBACK_VARIABLE " says\n",
                  trouble.text);
    return true;
}

/* A reference of the caller's; NULL: it can't be had. What a parent made, or what was closed under
 * us with all descriptors, is left as it is. */
static GDBusConnection *share_connection(void) {
    GDBusConnection *connection = NULL;
    g_mutex_lock(&shared.lock);
    bool is_ours = shared.connection != NULL && shared.process == self_number() &&
                   !g_dbus_connection_is_closed(shared.connection);
    if (!is_ours) {
        shared.connection = start();
        shared.process = self_number();
    }
    if (shared.connection != NULL) {
        connection = g_object_ref(shared.connection);
    }
    g_mutex_unlock(&shared.lock);
    return connection;
}

G_MODULE_EXPORT int kcshim_redirect(void *service) {
    if (falls_back()) {
        return SERVER_LEFT_ALONE;
    }
    g_autoptr(GDBusConnection) connection = share_connection();
    if (connection == NULL) {
        return SERVER_FAILED;
    }
    g_object_set(service, "g-bus-type", G_BUS_TYPE_NONE, "g-connection", connection, NULL);
    return SERVER_REDIRECTED;
}
