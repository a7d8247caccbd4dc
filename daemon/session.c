/* SPDX-License-Identifier: MIT */
/*
 * A connection and who is behind it. Joins the rooms: identify first, then line by line
 * through serve, and no line is read before the process at the other end is known.
 */
#include "daemon/session.h"

#include "daemon/authorise.h"
#include "daemon/channel.h"
#include "daemon/crypto.h"
#include "daemon/daemon.h"
#include "daemon/dispatch.h"
#include "daemon/identify.h"
#include "daemon/rest.h"
#include "daemon/serve.h"
#include "libkc/parse.h"
#include "libkc/secret.h"
#include "platform/endpoint.h"
#include "platform/secmem.h"

#include <stdlib.h>
#include <string.h>

struct session {
    struct identification identification; /* first: on_identified() casts back */
    struct daemon *daemon;
    struct session *previous;
    struct session *next;
    struct channel *channel; /* NULL when it has closed */
    uint64_t number;
    char nonce[KC_NONCE_LENGTH + 1];
    bool is_identifying;
    bool is_waiting; /* an exchange is with the store */
    bool is_proven;  /* the passphrase was given on this connection */
};

static void session_unlink(struct session *session) {
    struct daemon *daemon = session->daemon;
    if (session->previous != NULL) {
        session->previous->next = session->next;
    } else {
        daemon->sessions = session->next;
    }
    if (session->next != NULL) {
        session->next->previous = session->previous;
    }
    daemon->session_count--;
}

static void session_link(struct session *session) {
    struct daemon *daemon = session->daemon;
    session->next = daemon->sessions;
    if (session->next != NULL) {
        session->next->previous = session;
    }
    daemon->sessions = session;
    daemon->session_count++;
    daemon->session_last++;
    session->number = daemon->session_last;
}

static void session_free_when_done(struct session *session) {
    struct daemon *daemon = session->daemon;
    if (session->channel != NULL || session->is_waiting || session->is_identifying) {
        return;
    }
    session_unlink(session);
    identify_clear(&session->identification);
    secmem_wipe(session->nonce, sizeof session->nonce);
    free(session);
    if (daemon->sessions != NULL) {
        return;
    }
    if (daemon->is_stopping) {
        daemon_sessions_gone(daemon);
    } else {
        rest_begin(daemon->rest);
    }
}

void session_close_all(struct daemon *daemon) {
    for (struct session *session = daemon->sessions; session != NULL; session = session->next) {
        if (session->channel != NULL) {
            channel_close(session->channel);
        }
    }
}

static struct serving session_serving(struct session *session) {
    struct serving serving = {
        .daemon = session->daemon,
        .session = session,
        .session_number = session->number,
        .identification = &session->identification,
        .nonce = session->nonce,
        .is_proven = session->is_proven,
        .is_stranger = channel_had_stranger(session->channel),
    };
    return serving;
}

static void on_line(void *context, const char *text, size_t length) {
    struct session *session = context;
    KC_AUTO(secret) answer = NULL;
    const struct serving serving = session_serving(session);
    enum kc_error error = serve_line(&serving, text, length, &answer);
    if (error == KC_AGAIN) {
        session->is_waiting = true;
    } else if (error == KC_OK) {
        channel_answer(session->channel, &answer);
    } else {
        channel_close(session->channel);
    }
}

static void on_trouble(void *context, enum kc_error error, const char *message) {
    struct session *session = context;
    KC_AUTO(secret) answer = NULL;
    if (serve_refuse(error, message, &answer) == KC_OK) {
        channel_end(session->channel, &answer);
    } else {
        channel_close(session->channel);
    }
}

static void on_closed(void *context) {
    struct session *session = context;
    session->channel = NULL;
    identify_cancel(&session->identification);
    session_free_when_done(session);
}

static size_t session_count_same(const struct session *session) {
    const struct identity *identity = &session->identification.identity;
    size_t count = 0;
    for (const struct session *other = session->daemon->sessions; other != NULL;
         other = other->next) {
        const struct identity *its = &other->identification.identity;
        if (!other->is_identifying && strcmp(its->hash, identity->hash) == 0 &&
            strcmp(its->path, identity->path) == 0) {
            count++;
        }
    }
    return count;
}

/* Whether the processes above it are to be looked at; on_identified() is called again then. */
static bool session_walks(struct session *session) {
    struct identification *identification = &session->identification;
    const struct identity *identity = &identification->identity;
    if (identity->trouble != KC_REASON_NONE || identification->is_walking) {
        return false;
    }
    if (!authorise_needs_chain(serve_policy(session->daemon), identity)) {
        identify_drop_chain(identification);
        return false;
    }
    return identify_begin_chain(identification) == KC_AGAIN;
}

static void on_identified(struct identification *identification) {
    struct session *session = (struct session *)identification;
    unsigned char random[KC_NONCE_LENGTH / 2];
    if (session->channel != NULL && session_walks(session)) {
        return;
    }
    session->is_identifying = false;
    if (session->channel == NULL) {
        session_free_when_done(session);
        return;
    }
    if (crypto_random(random, sizeof random) != KC_OK) {
        channel_close(session->channel);
        return;
    }
    parse_write_hex(random, sizeof random, session->nonce);
    if (session_count_same(session) > KC_CONNECTIONS_PER_IDENTITY) {
        on_trouble(session, KC_BUSY, "this program has 64 connections open; close some");
        return;
    }
    channel_begin(session->channel, session->identification.identity.pid);
}

static void session_begin(struct session *session) {
    struct daemon *daemon = session->daemon;
    session->is_identifying = true;
    enum kc_error error = identify_begin(daemon->identifier, &session->identification,
                                         channel_wire(session->channel));
    if (error == KC_OK) {
        on_identified(&session->identification);
        return;
    }
    if (error == KC_AGAIN) {
        return;
    }
    session->is_identifying = false;
    if (error == KC_DENIED) {
        log_line(&daemon->log, "another user's process connected; it was turned away");
    }
    channel_close(session->channel);
}

enum kc_error session_open(struct daemon *daemon, struct wire **take_wire) {
    KC_AUTO(wire) wire = *take_wire;
    *take_wire = NULL;
    struct session *session = calloc(1, sizeof *session);
    if (session == NULL) {
        return KC_NO_MEMORY;
    }
    session->daemon = daemon;
    session->identification.done = on_identified;
    const struct channel_owner owner = {
        .context = session,
        .line = on_line,
        .trouble = on_trouble,
        .closed = on_closed,
        .scratch = daemon->scratch,
        .buffered = &daemon->buffered,
        .buffered_max = DAEMON_BUFFERED_MAX,
    };
    enum kc_error error = channel_open(daemon->loop, &wire, &owner, &session->channel);
    if (error != KC_OK) {
        free(session);
        return error;
    }
    session_link(session);
    session_begin(session);
    return KC_OK;
}

void session_set_proven(struct session *session) {
    session->is_proven = true;
}

struct daemon *session_daemon(const struct session *session) {
    return session->daemon;
}

void session_finish(struct exchange *exchange) {
    struct session *session = exchange->session;
    struct daemon *daemon = session->daemon;
    KC_AUTO(secret) answer = NULL;
    bool is_stop = exchange->request->action == KC_ACTION_STOP &&
                   exchange->outcome.status == KC_STATUS_SUCCESS;
    session->is_waiting = false;
    if (session->channel == NULL) {
        exchange_free(exchange);
        session_free_when_done(session);
    } else {
        const struct serving serving = session_serving(session);
        enum kc_error error = serve_finish(&serving, exchange, &answer);
        exchange_free(exchange);
        if (error == KC_OK) {
            channel_answer(session->channel, &answer);
        } else {
            channel_close(session->channel);
        }
    }
    if (is_stop) {
        daemon_stop(daemon);
    }
}
