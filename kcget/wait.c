/* SPDX-License-Identifier: MIT */
/* The patience of kcget: looks from time to time whether the policy has changed. */
#include "kcget/wait.h"

#include "libkc/keychain-auth.h"
#include "libkc/protocol.h"
#include "platform/clock.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <threads.h>
#include <time.h>

#define PAUSE_FIRST_MS 100
#define PAUSE_LAST_MS  1000

/* What `status` says of the policy; "" when it doesn't say. */
struct state {
    char changes[24];
};

struct waiting {
    struct kc_client *client;
    uint64_t deadline_ms;
    uint64_t pause_ms;
    struct state state; /* that the last request was answered by, or an older one */
};

static bool has_word(const struct kc_answer *answer, enum kc_status status) {
    return strcmp(kc_answer_status(answer), kc_status_word(status)) == 0;
}

static void read_state(const struct kc_answer *answer, struct state *ret_state) {
    *ret_state = (struct state){.changes = ""};
    if (!has_word(answer, KC_STATUS_SUCCESS) || kc_answer_count(answer) == 0) {
        return;
    }
    for (size_t i = 0; i < kc_answer_attribute_count(answer, 0); i++) {
        if (strcmp(kc_answer_attribute_name(answer, 0, i), "policy_changes") == 0) {
            (void)snprintf(ret_state->changes, sizeof ret_state->changes, "%.*s",
                           (int)sizeof ret_state->changes - 1,
                           kc_answer_attribute_value(answer, 0, i));
        }
    }
}

static enum kc_error look(struct kc_client *client, struct state *ret_state) {
    const struct kc_query query = {.action = "status", .administration = 1};
    struct kc_answer *answer = NULL;
    enum kc_error error = kc_request(client, &query, &answer);
    if (error == KC_OK) {
        read_state(answer, ret_state);
    }
    kc_answer_free(answer);
    return error;
}

/* A person can do something about these. */
static bool can_be_approved(const struct kc_answer *answer) {
    static const enum kc_reason reasons[] = {
        KC_REASON_UNREGISTERED_BINARY, KC_REASON_ACTION_NOT_IN_POLICY,
        KC_REASON_SERVICE_NOT_ALLOWED, KC_REASON_CALLER_NOT_ALLOWED};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (strcmp(kc_answer_reason(answer), kc_reason_word(reasons[i])) == 0) {
            return has_word(answer, KC_STATUS_DENIED);
        }
    }
    return false;
}

/* Each pause is longer than the one before, and none ends behind the deadline. */
static void pause_once(struct waiting *waiting, uint64_t now_ms) {
    uint64_t left_ms = waiting->deadline_ms - now_ms;
    uint64_t pause_ms = waiting->pause_ms < left_ms ? waiting->pause_ms : left_ms;
    const struct timespec pause = {.tv_sec = (time_t)(pause_ms / 1000),
                                   .tv_nsec = (long)(pause_ms % 1000) * 1000000L};
    (void)thrd_sleep(&pause, NULL);
    waiting->pause_ms += waiting->pause_ms / 2;
    if (waiting->pause_ms > PAUSE_LAST_MS) {
        waiting->pause_ms = PAUSE_LAST_MS;
    }
}

/* Until the policy may be another one (`ret_is_another`), or the time is over. A daemon that
 * doesn't tell is asked again after each pause. */
static enum kc_error await_change(struct waiting *waiting, bool *ret_is_another) {
    uint64_t now_ms = clock_monotonic_ms();
    while (now_ms < waiting->deadline_ms) {
        struct state state;
        pause_once(waiting, now_ms);
        enum kc_error error = look(waiting->client, &state);
        if (error != KC_OK) {
            return error;
        }
        if (state.changes[0] == '\0' || strcmp(state.changes, waiting->state.changes) != 0) {
            waiting->state = state;
            *ret_is_another = true;
            return KC_OK;
        }
        now_ms = clock_monotonic_ms();
    }
    *ret_is_another = false;
    return KC_OK;
}

/* A first answer that is a denial; it gives way to later ones. */
static enum kc_error repeat(struct waiting *waiting, const struct kc_query *query,
                            struct kc_answer **answer) {
    bool is_another = true;
    enum kc_error error = KC_OK;
    while (error == KC_OK && is_another && can_be_approved(*answer)) {
        error = await_change(waiting, &is_another);
        if (error == KC_OK && is_another) {
            kc_answer_free(*answer);
            *answer = NULL;
            error = kc_request(waiting->client, query, answer);
        }
    }
    return error;
}

enum kc_error wait_request(struct kc_client *client, const struct kc_query *query,
                           const struct wait *wait, struct kc_answer **ret_answer) {
    if (wait->seconds == 0) {
        return kc_request(client, query, ret_answer);
    }
    struct waiting waiting = {.client = client,
                              .deadline_ms = clock_monotonic_ms() + wait->seconds * UINT64_C(1000),
                              .pause_ms = PAUSE_FIRST_MS};
    struct kc_answer *answer = NULL;
    /* Before the request: a change between the two is then seen at the first look. */
    enum kc_error error = look(client, &waiting.state);
    if (error == KC_OK) {
        error = kc_request(client, query, &answer);
    }
    if (error == KC_OK && can_be_approved(answer)) {
        wait->say(wait->context, kc_answer_message(answer));
        error = repeat(&waiting, query, &answer);
    }
    if (error != KC_OK) {
        kc_answer_free(answer);
        return error;
    }
    *ret_answer = answer;
    return KC_OK;
}
