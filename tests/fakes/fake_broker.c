/* SPDX-License-Identifier: MIT */
/* One list of items; answers are made with the client library's own types. */
#include "tests/fakes/fake_broker.h"

#include "libkc/client_query.h"
#include "libkc/keychain-auth.h"
#include "libkc/message.h"
#include "libkc/secret.h"
#include "libkcshim/map.h"
#include "libkcshim/server_broker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS_MAX 32

struct stored {
    char *service;
    char *target;
    struct attributes attributes;
    struct secret *value;
};

struct broker {
    struct stored items[ITEMS_MAX];
    size_t count;
    const char *const *grants;
    bool can_search;
    const char *failure;
    size_t asked[KC_ACTION_COUNT];
};

struct broker *broker_new(void) {
    return calloc(1, sizeof(struct broker));
}

static void stored_clear(struct stored *stored) {
    free(stored->service);
    free(stored->target);
    attributes_clear(&stored->attributes);
    secret_free(stored->value);
    memset(stored, 0, sizeof *stored);
}

void broker_free(struct broker *broker) {
    for (size_t i = 0; broker != NULL && i < broker->count; i++) {
        stored_clear(&broker->items[i]);
    }
    free(broker);
}

void fake_broker_grant(struct broker *broker, const char *const *grants, bool can_search) {
    broker->grants = grants;
    broker->can_search = can_search;
}

void fake_broker_fail(struct broker *broker, const char *name) {
    broker->failure = name;
}

size_t fake_broker_count(const struct broker *broker) {
    return broker->count;
}

const char *fake_broker_target(const struct broker *broker, size_t index) {
    return index < broker->count ? broker->items[index].target : NULL;
}

size_t fake_broker_asked(const struct broker *broker, const char *action) {
    return broker->asked[kc_action_parse(action)];
}

bool broker_is_there(struct broker *broker, struct trouble *trouble) {
    return broker->failure == NULL || trouble_set(trouble, broker->failure, "as was told");
}

void broker_prepare(struct broker *broker) {
    (void)broker;
}

void broker_rest(struct broker *broker) {
    (void)broker;
}

static bool begins_with(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_granted(const struct broker *broker, const char *service, const char *target) {
    for (size_t i = 0; broker->grants != NULL && broker->grants[i] != NULL; i++) {
        struct map_scope scope;
        if (map_scope_read(broker->grants[i], &scope) == KC_OK &&
            strcmp(scope.service, service) == 0 && begins_with(target, scope.prefix)) {
            return true;
        }
    }
    return false;
}

static struct stored *find(struct broker *broker, const char *service, const char *target) {
    for (size_t i = 0; i < broker->count; i++) {
        struct stored *stored = &broker->items[i];
        if (strcmp(stored->service, service) == 0 && strcmp(stored->target, target) == 0) {
            return stored;
        }
    }
    return NULL;
}

static void add_result(struct response *response, const char *target,
                       const struct attributes *attributes, const struct secret *value) {
    struct result *results =
        realloc(response->results, (response->result_count + 1) * sizeof *results);
    if (results == NULL) {
        abort();
    }
    response->results = results;
    struct result *result = &results[response->result_count];
    *result = (struct result){.target = strdup(target)};
    if (attributes != NULL && attributes_copy(attributes, &result->attributes) != KC_OK) {
        abort();
    }
    if (value != NULL &&
        secret_new_copy(secret_view(value), secret_length(value), &result->value) != KC_OK) {
        abort();
    }
    response->result_count++;
}

static struct attributes read_pairs(const struct kc_query *query) {
    struct attributes attributes = {0};
    for (size_t i = 0; i < query->attribute_count; i++) {
        if (attributes_add(&attributes, query->attributes[2 * i], query->attributes[2 * i + 1]) !=
            KC_OK) {
            abort();
        }
    }
    return attributes;
}

static void answer_grants(struct broker *broker, struct response *response) {
    struct attributes rights = {0};
    if (broker->can_search && attributes_add(&rights, "search", "1") != KC_OK) {
        abort();
    }
    for (size_t i = 0; broker->grants != NULL && broker->grants[i] != NULL; i++) {
        add_result(response, broker->grants[i], &rights, NULL);
    }
    attributes_clear(&rights);
}

static void answer_search(struct broker *broker, const struct kc_query *query,
                          struct response *response) {
    struct attributes wanted = read_pairs(query);
    const char *prefix = query->target_count > 0 ? query->targets[0] : "";
    for (size_t i = 0; i < broker->count; i++) {
        const struct stored *stored = &broker->items[i];
        if (strcmp(stored->service, query->service) == 0 && begins_with(stored->target, prefix) &&
            attributes_match(&stored->attributes, &wanted)) {
            add_result(response, stored->target, &stored->attributes, NULL);
        }
    }
    attributes_clear(&wanted);
}

static void take_write(struct broker *broker, const struct kc_query *query) {
    struct stored *stored = find(broker, query->service, query->targets[0]);
    if (stored == NULL) {
        if (broker->count == ITEMS_MAX) {
            abort();
        }
        stored = &broker->items[broker->count];
        broker->count++;
    } else {
        stored_clear(stored);
    }
    *stored = (struct stored){.service = strdup(query->service),
                              .target = strdup(query->targets[0]),
                              .attributes = read_pairs(query)};
    if (secret_new_copy(query->values[0], query->value_lengths[0], &stored->value) != KC_OK) {
        abort();
    }
}

static void take_delete(struct broker *broker, struct stored *stored) {
    stored_clear(stored);
    broker->count--;
    *stored = broker->items[broker->count];
    memset(&broker->items[broker->count], 0, sizeof *stored);
}

static bool act(struct broker *broker, const struct kc_query *query, struct response *response,
                struct trouble *trouble) {
    enum kc_action action = kc_action_parse(query->action);
    const char *target = query->target_count > 0 ? query->targets[0] : "";
    if (action == KC_ACTION_GRANTS) {
        answer_grants(broker, response);
        return true;
    }
    if (!is_granted(broker, query->service, target) ||
        (action == KC_ACTION_SEARCH && !broker->can_search)) {
        return trouble_set(trouble, TROUBLE_DENIED, "denied");
    }
    struct stored *stored = find(broker, query->service, target);
    if (action == KC_ACTION_SEARCH) {
        answer_search(broker, query, response);
    } else if (action == KC_ACTION_WRITE) {
        take_write(broker, query);
    } else if (stored == NULL) {
        return trouble_set(trouble, TROUBLE_NO_OBJECT, "not found");
    } else if (action == KC_ACTION_READ) {
        add_result(response, target, &stored->attributes, stored->value);
    } else {
        take_delete(broker, stored);
    }
    return true;
}

bool broker_ask(struct broker *broker, const struct kc_query *query, struct kc_answer **ret_answer,
                struct trouble *trouble) {
    struct response *response = calloc(1, sizeof *response);
    if (response == NULL) {
        abort();
    }
    response->type = KC_TYPE_REQUEST;
    response->status = KC_STATUS_SUCCESS;
    broker->asked[kc_action_parse(query->action)]++;
    bool is_done = broker_is_there(broker, trouble) && act(broker, query, response, trouble);
    if (!is_done) {
        response_free(response);
        return false;
    }
    return client_answer_new(&response, ret_answer) == KC_OK;
}
