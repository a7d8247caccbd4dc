/* SPDX-License-Identifier: MIT */
/*
 * In the place of the daemon, for tests/bench/shim: one item, and every answer at once, so that
 * what is left of a lookup is the program's own share, libsecret's and GDBus's, and the shim's
 * server. libkcshim/CMakeLists.txt builds a server of it that is never installed.
 */
#include "libkc/client_query.h"
#include "libkc/keychain-auth.h"
#include "libkc/message.h"
#include "libkc/secret.h"
#include "libkcshim/server_broker.h"

#include <stdlib.h>
#include <string.h>

#define TARGET "service=bench"

struct broker {
    int unused;
};

struct broker *broker_new(void) {
    return calloc(1, sizeof(struct broker));
}

void broker_free(struct broker *broker) {
    free(broker);
}

void broker_prepare(struct broker *broker) {
    (void)broker;
}

void broker_rest(struct broker *broker) {
    (void)broker;
}

bool broker_is_there(struct broker *broker, struct trouble *trouble) {
    (void)broker;
    (void)trouble;
    return true;
}

static enum kc_error fill(enum kc_action action, struct result *result) {
    if (action == KC_ACTION_GRANTS) {
        result->target = strdup("org.freedesktop.Secret.Generic");
        return attributes_add(&result->attributes, "search", "1");
    }
    result->target = strdup(TARGET);
    enum kc_error error = attributes_add(&result->attributes, "service", "bench");
    return error == KC_OK && action == KC_ACTION_READ
               ? secret_new_copy((const unsigned char *)"value", 5, &result->value)
               : error;
}

bool broker_ask(struct broker *broker, const struct kc_query *query, struct kc_answer **ret_answer,
                struct trouble *trouble) {
    struct response *response = calloc(1, sizeof *response);
    (void)broker;
    if (response != NULL) {
        response->type = KC_TYPE_REQUEST;
        response->status = KC_STATUS_SUCCESS;
        response->results = calloc(1, sizeof *response->results);
    }
    if (response == NULL || response->results == NULL) {
        free(response);
        return trouble_no_memory(trouble);
    }
    response->result_count = 1;
    if (fill(kc_action_parse(query->action), &response->results[0]) != KC_OK) {
        response_free(response);
        return trouble_no_memory(trouble);
    }
    return client_answer_new(&response, ret_answer) == KC_OK || trouble_no_memory(trouble);
}
