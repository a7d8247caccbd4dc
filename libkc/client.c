/* SPDX-License-Identifier: MIT */
/*
 * One connection to the daemon: lines out, lines in, before a deadline. After anything
 * unexpected the connection is given up, because nobody can tell any more which answer belongs
 * to which request. What a query may hold is for client_query.c.
 */
#include "libkc/client.h"

#include "libkc/client_query.h"
#include "libkc/keychain-auth.h"
#include "libkc/line.h"
#include "libkc/message.h"
#include "libkc/secret.h"
#include "platform/clock.h"
#include "platform/endpoint.h"
#include "platform/paths.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE 4096 /* most answers are short, and one page costs least (secmem.h) */

struct kc_client {
    struct wire *wire; /* NULL once it was given up */
    struct line line;
    unsigned timeout_ms;
    char nonce[KC_NONCE_LENGTH + 1];
};

enum kc_error client_address(const char *address, char **ret_address) {
    if (address == NULL) {
        address = getenv("KEYCHAIN_AUTH_SOCKET");
    }
    if (address == NULL || address[0] == '\0') {
        return paths_address(ret_address);
    }
    char *copy = strdup(address);
    if (copy == NULL) {
        return KC_NO_MEMORY;
    }
    *ret_address = copy;
    return KC_OK;
}

static enum kc_error wait_until(struct wire *wire, enum wire_direction direction,
                                uint64_t deadline_ms) {
    uint64_t now_ms = clock_monotonic_ms();
    if (now_ms >= deadline_ms) {
        return KC_TIMEOUT;
    }
    /* The rest is at most a timeout that was an unsigned itself. */
    return wire_wait(wire, direction, (unsigned)(deadline_ms - now_ms));
}

static enum kc_error send_line(struct wire *wire, const struct secret *line, uint64_t deadline_ms) {
    size_t sent = 0;
    while (sent < secret_length(line)) {
        size_t step = 0;
        enum kc_error error =
            wire_send(wire, secret_view(line) + sent, secret_length(line) - sent, &step);
        if (error == KC_AGAIN) {
            error = wait_until(wire, WIRE_WRITABLE, deadline_ms);
        }
        if (error != KC_OK) {
            return error;
        }
        sent += step;
    }
    return KC_OK;
}

/* Waits for bytes and adds them to the line. */
static enum kc_error receive_chunk(struct kc_client *client, struct secret *chunk,
                                   uint64_t deadline_ms) {
    size_t length = 0;
    uint64_t writer = WIRE_WRITER_UNKNOWN;
    enum kc_error error =
        wire_receive(client->wire, secret_bytes(chunk), CHUNK_SIZE, &length, &writer);
    if (error == KC_AGAIN) {
        return wait_until(client->wire, WIRE_READABLE, deadline_ms);
    }
    if (error != KC_OK) {
        return error;
    }
    error = line_feed(&client->line, secret_view(chunk), length, KC_ANSWER_MAX);
    return error == KC_TOO_BIG ? KC_INVALID : error;
}

static enum kc_error receive_response(struct kc_client *client, uint64_t deadline_ms,
                                      struct response **ret_response) {
    KC_AUTO(secret) chunk = NULL;
    enum kc_error error = secret_new(CHUNK_SIZE, &chunk);
    if (error == KC_OK) {
        /* An answer takes longer than it took us to come here: looking first would be in vain. */
        error = wait_until(client->wire, WIRE_READABLE, deadline_ms);
    }
    while (error == KC_OK && !line_is_ready(&client->line)) {
        error = receive_chunk(client, chunk, deadline_ms);
    }
    char *text = NULL;
    size_t length = 0;
    if (error == KC_OK) {
        error = line_take(&client->line, &text, &length);
    }
    if (error == KC_OK && (line_is_ready(&client->line) || line_pending(&client->line) > 0)) {
        error = KC_INVALID; /* nobody asked for a second answer */
    }
    if (error == KC_OK) {
        error = message_parse_response(text, length, ret_response);
    }
    line_clear(&client->line);
    return error;
}

static void give_up(struct kc_client *client) {
    wire_free(client->wire);
    client->wire = NULL;
    line_clear(&client->line);
}

/* One line there, one back. Any error ends the connection. */
static enum kc_error exchange_lines(struct kc_client *client, const struct secret *line,
                                    uint64_t deadline_ms, struct response **ret_response) {
    if (client->wire == NULL) {
        return KC_END;
    }
    enum kc_error error = send_line(client->wire, line, deadline_ms);
    /* A daemon that turns us away says why before it closes, and doesn't read us. */
    if (error == KC_OK || error == KC_END) {
        error = receive_response(client, deadline_ms, ret_response);
    }
    if (error != KC_OK) {
        give_up(client);
    }
    return error;
}

static enum kc_error greet(struct kc_client *client, uint64_t deadline_ms) {
    const struct request hello = {.type = KC_TYPE_HELLO};
    KC_AUTO(secret) line = NULL;
    KC_AUTO(response) response = NULL;
    enum kc_error error = message_write_request(&hello, &line);
    if (error == KC_OK) {
        error = exchange_lines(client, line, deadline_ms, &response);
    }
    if (error != KC_OK) {
        /* Closing without a word isn't this protocol either, and must not look like a daemon
         * that was there and left. */
        return error == KC_END ? KC_INVALID : error;
    }
    if (response->type != KC_TYPE_HELLO) {
        return response->reason == KC_REASON_BUSY ? KC_BUSY : KC_INVALID;
    }
    memcpy(client->nonce, response->nonce, sizeof client->nonce);
    return KC_OK;
}

enum kc_error kc_open(const char *address, unsigned timeout_ms, struct kc_client **ret_client) {
    uint64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
    char *place = NULL;
    enum kc_error error = client_address(address, &place);
    if (error != KC_OK) {
        return error;
    }
    struct kc_client *client = calloc(1, sizeof *client);
    if (client == NULL) {
        free(place);
        return KC_NO_MEMORY;
    }
    client->timeout_ms = timeout_ms;
    error = wire_connect(place, timeout_ms, &client->wire);
    free(place);
    if (error == KC_OK) {
        error = greet(client, deadline_ms);
    }
    if (error != KC_OK) {
        kc_close(client);
        return error;
    }
    *ret_client = client;
    return KC_OK;
}

static enum kc_error ask(struct kc_client *client, struct request *request, uint64_t deadline_ms,
                         struct response **ret_response) {
    KC_AUTO(secret) line = NULL;
    KC_AUTO(response) response = NULL;
    memcpy(request->nonce, client->nonce, sizeof request->nonce);
    enum kc_error error = client_query_write(request, &line);
    if (error == KC_OK) {
        error = exchange_lines(client, line, deadline_ms, &response);
    }
    if (error != KC_OK) {
        return error;
    }
    if (response->type != KC_TYPE_REQUEST) {
        give_up(client);
        return KC_INVALID;
    }
    *ret_response = response;
    response = NULL;
    return KC_OK;
}

enum kc_error kc_request(struct kc_client *client, const struct kc_query *query,
                         struct kc_answer **ret_answer) {
    uint64_t deadline_ms = clock_monotonic_ms() + client->timeout_ms;
    KC_AUTO(request) request = NULL;
    KC_AUTO(response) response = NULL;
    enum kc_error error = client_query_read(query, &request);
    if (error == KC_OK) {
        error = ask(client, request, deadline_ms, &response);
    }
    if (error == KC_OK && response->reason == KC_REASON_NONCE_REQUIRED &&
        response->nonce[0] != '\0') {
        /* The daemon has looked again, and binds what comes now; once is enough. */
        memcpy(client->nonce, response->nonce, sizeof client->nonce);
        response_free(response);
        response = NULL;
        error = ask(client, request, deadline_ms, &response);
    }
    return error == KC_OK ? client_answer_new(&response, ret_answer) : error;
}

void kc_close(struct kc_client *client) {
    if (client == NULL) {
        return;
    }
    give_up(client);
    free(client);
}
