/* SPDX-License-Identifier: MIT */
/*
 * Asks, and turns what comes back into a sentence and a name. A connection that was made before
 * may have been cut by a restart, so then one more is tried; everything that is asked may be
 * asked twice.
 */
#include "libkcshim/server_broker.h"

#include "libkc/keychain-auth.h"
#include "libkc/protocol.h"
#include "platform/clock.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct broker {
    struct kc_client *client;
    uint64_t quiet_until_ms;
};

struct broker *broker_new(void) {
    return calloc(1, sizeof(struct broker));
}

void broker_free(struct broker *broker) {
    if (broker != NULL) {
        kc_close(broker->client);
        free(broker);
    }
}

static void hang_up(struct broker *broker) {
    kc_close(broker->client);
    broker->client = NULL;
}

void broker_rest(struct broker *broker) {
    hang_up(broker);
}

static bool explain(struct broker *broker, enum kc_error error, struct trouble *trouble) {
    switch (error) {
    case KC_NOT_FOUND:
        return trouble_set(trouble, TROUBLE_NO_DAEMON,
                           "the keychain-auth daemon isn't running; start it with "
                           "\"keychain-auth start\"");
    case KC_UNSAFE:
        return trouble_set(trouble, TROUBLE_FAILED,
                           "the socket of the keychain-auth daemon can't be trusted: it isn't "
                           "the user's own");
    case KC_TIMEOUT:
        broker->quiet_until_ms = clock_monotonic_ms() + BROKER_PAUSE_MS;
        return trouble_set(trouble, TROUBLE_TIMEOUT,
                           "the keychain-auth daemon doesn't answer; nothing was released, and "
                           "what was to be changed may or may not be");
    case KC_END:
        return trouble_set(trouble, TROUBLE_FAILED, "the keychain-auth daemon hung up");
    case KC_NO_MEMORY:
        return trouble_no_memory(trouble);
    case KC_TOO_BIG:
        return trouble_set(trouble, TROUBLE_LIMITS,
                           "the keychain-auth daemon takes at most %d bytes at once", KC_LINE_MAX);
    case KC_INVALID:
        return trouble_set(trouble, TROUBLE_INVALID,
                           "a name, an attribute or a value is more than the keychain-auth daemon "
                           "takes, or its answer isn't one");
    default:
        return trouble_set(trouble, TROUBLE_FAILED, "the keychain-auth daemon can't be asked: %s",
                           kc_error_text(error));
    }
}

static enum kc_error connect_anew(struct broker *broker) {
    hang_up(broker);
    return kc_open(NULL, BROKER_CALL_MS / 2, &broker->client);
}

bool broker_is_there(struct broker *broker, struct trouble *trouble) {
    enum kc_error error = broker->client != NULL ? KC_OK : connect_anew(broker);
    return error == KC_OK || explain(broker, error, trouble);
}

void broker_prepare(struct broker *broker) {
    struct trouble unheard = {0};
    if (!broker_is_there(broker, &unheard)) {
        hang_up(broker);
    }
}

static const char *name_of(const char *status, enum kc_reason reason) {
    if (strcmp(status, "denied") == 0) {
        return TROUBLE_DENIED;
    }
    switch (reason) {
    case KC_REASON_NOT_FOUND:
        return TROUBLE_NO_OBJECT;
    case KC_REASON_LOCKED:
        return TROUBLE_LOCKED;
    case KC_REASON_MALFORMED_REQUEST:
        return TROUBLE_INVALID;
    default:
        return TROUBLE_FAILED;
    }
}

static bool judge(const struct kc_answer *answer, struct trouble *trouble) {
    const char *status = kc_answer_status(answer);
    const char *reason = kc_answer_reason(answer);
    if (strcmp(status, "success") == 0) {
        return true;
    }
    return trouble_set(trouble, name_of(status, kc_reason_parse(reason)), "%s: %s", reason,
                       kc_answer_message(answer));
}

/* What the daemon has seen of this process holds for the connection; since then it may have loaded
 * a library, or begun to make code, which its entry may allow. */
static bool is_about_connection(const struct kc_answer *answer) {
    const char *reason = kc_answer_reason(answer);
    return strcmp(reason, "identity_changed") == 0 || strcmp(reason, "untrusted_process") == 0;
}

/* Asks on a new connection. */
static enum kc_error ask_anew(struct broker *broker, const struct kc_query *query,
                              struct kc_answer **ret_answer) {
    enum kc_error error = connect_anew(broker);
    return error == KC_OK ? kc_request(broker->client, query, ret_answer) : error;
}

static enum kc_error ask(struct broker *broker, const struct kc_query *query,
                         struct kc_answer **ret_answer) {
    struct kc_answer *answer = NULL;
    if (broker->client == NULL) {
        return ask_anew(broker, query, ret_answer);
    }
    enum kc_error error = kc_request(broker->client, query, &answer);
    if (error == KC_OK && !is_about_connection(answer)) {
        *ret_answer = answer;
        return KC_OK;
    }
    kc_answer_free(answer);
    return error == KC_OK || error == KC_END ? ask_anew(broker, query, ret_answer) : error;
}

bool broker_ask(struct broker *broker, const struct kc_query *query, struct kc_answer **ret_answer,
                struct trouble *trouble) {
    struct kc_answer *answer = NULL;
    if (clock_monotonic_ms() < broker->quiet_until_ms) {
        return trouble_set(
            trouble, TROUBLE_TIMEOUT,
            "the keychain-auth daemon doesn't answer; it didn't a moment ago, either");
    }
    enum kc_error error = ask(broker, query, &answer);
    if (error != KC_OK) {
        if (error != KC_INVALID && error != KC_TOO_BIG) {
            hang_up(broker);
        }
        return explain(broker, error, trouble);
    }
    if (!judge(answer, trouble)) {
        kc_answer_free(answer);
        return false;
    }
    *ret_answer = answer;
    return true;
}
