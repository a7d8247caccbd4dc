/* SPDX-License-Identifier: MIT */
/*
 * Whatever a program says to the shim's Secret Service, call after call, and whatever the daemon
 * thinks of it meanwhile: each call gets one answer, and a failure has a name. A line is
 * `PATH INTERFACE MEMBER ARGUMENTS`, the last as GVariant writes them (or nothing); or `!ERROR`,
 * with which the daemon answers from now on (alone: it doesn't); or `?yes`, `?no` and `?end`:
 * somebody could be asked for the passphrase, nobody can, who was asked is done.
 * links: libkcshim/server.c libkcshim/server_awaited.c libkcshim/server_bus.c
 * links: libkcshim/server_change.c libkcshim/server_collection.c libkcshim/server_dh.c
 * links: libkcshim/server_item.c libkcshim/server_items.c libkcshim/server_kept.c
 * links: libkcshim/server_prompt.c libkcshim/server_rights.c libkcshim/server_service.c
 * links: libkcshim/server_session.c libkcshim/server_socket.c libkcshim/server_trouble.c
 * links: libkcshim/server_value.c libkcshim/map.c libkcshim/map_path.c
 * links: tests/fakes/fake_ask.c tests/fakes/fake_broker.c kc_static -lgio -lgcrypt
 */
#include "libkcshim/server_bus.h"
#include "libkcshim/server_internal.h"
#include "tests/fakes/fake_ask.h"
#include "tests/fakes/fake_broker.h"

#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The daemon behind it keeps 32 items. */
#define LINES_MAX 30

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

struct peer {
    struct server *server;
    struct server_socket client;
    uint32_t serial;
};

/* Signals and at most one answer. */
static unsigned count_answers(const struct peer *peer) {
    unsigned answers = 0;
    struct pollfd waited = {.fd = peer->client.descriptor, .events = POLLIN};
    while (poll(&waited, 1, 0) > 0) {
        g_autoptr(GDBusMessage) came = server_socket_receive(&peer->client);
        require(came != NULL);
        if (g_dbus_message_get_message_type(came) != G_DBUS_MESSAGE_TYPE_SIGNAL) {
            require(g_dbus_message_get_reply_serial(came) == peer->serial);
            answers++;
        }
    }
    return answers;
}

static void say(struct peer *peer, char **words) {
    g_autoptr(GVariant) body = NULL;
    if (!g_variant_is_object_path(words[0]) || !g_dbus_is_interface_name(words[1]) ||
        !g_dbus_is_member_name(words[2])) {
        return;
    }
    if (words[3] != NULL) {
        body = g_variant_parse(NULL, words[3], NULL, NULL, NULL);
        if (body == NULL || !g_variant_is_of_type(body, G_VARIANT_TYPE_TUPLE)) {
            return;
        }
    }
    g_autoptr(GDBusMessage) message =
        g_dbus_message_new_method_call(NULL, words[0], words[1], words[2]);
    peer->serial++;
    g_dbus_message_set_serial(message, peer->serial);
    if (body != NULL) {
        g_dbus_message_set_body(message, body);
    }
    require(bus_answer(peer->server, message));
    (void)sessions_settle(peer->server->sessions);
    require(count_answers(peer) == 1);
}

/* Names of errors outlive the server that they are told. */
static void change(struct peer *peer, const char *line) {
    static const char *const failures[] = {TROUBLE_LOCKED, TROUBLE_DENIED, TROUBLE_TIMEOUT};
    if (line[0] == '!') {
        const char *failure = NULL;
        for (size_t i = 0; i < G_N_ELEMENTS(failures); i++) {
            failure = strcmp(line + 1, failures[i]) == 0 ? failures[i] : failure;
        }
        fake_broker_fail(peer->server->broker, failure);
        return;
    }
    if (strcmp(line, "?end") == 0) {
        fake_ask_answer();
        if (prompts_asker(peer->server->prompts) != NULL) {
            prompts_settle(peer->server);
        }
    } else {
        fake_ask_allow(strcmp(line, "?yes") == 0);
    }
    (void)count_answers(peer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static const char *const grants[] = {NAMING_GENERIC, "a.schema", NULL};
    struct peer peer = {.server = server_new()};
    struct stat status;
    g_autofree char *text = g_strndup((const char *)bytes, length);
    g_auto(GStrv) lines = g_strsplit(text, "\n", LINES_MAX);
    require(peer.server != NULL);
    require(server_socket_open(&peer.server->socket, &peer.client.descriptor) == KC_OK);
    require(fstat(peer.client.descriptor, &status) == 0);
    peer.client.device = (uint64_t)status.st_dev;
    peer.client.number = (uint64_t)status.st_ino;
    fake_broker_grant(peer.server->broker, grants, true);
    for (size_t i = 0; lines[i] != NULL && i < LINES_MAX - 1; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", 4);
        if (lines[i][0] == '!' || lines[i][0] == '?') {
            change(&peer, lines[i]);
        } else if (g_strv_length(words) >= 3) {
            say(&peer, words);
        }
    }
    server_free(peer.server);
    server_socket_close(&peer.client);
    fake_ask_allow(false);
    return 0;
}
