/* SPDX-License-Identifier: MIT */
/*
 * The second stage: the processes above one whose entry asks for them. And what is told of a look
 * that failed, in either stage.
 */
#include "daemon/identify_internal.h"

#include "daemon/chain.h"
#include "libkc/error.h"
#include "libkc/parse.h"
#include "platform/check.h"
#include "platform/peer.h"
#include "platform/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARGUMENTS_READ_MAX 1024 /* bytes of a command line that are looked at */
#define ARGUMENTS_TEXT_MAX 2048

void identify_fail(struct identity *identity, enum kc_error error, const char *why) {
    identity->trouble = error == KC_CHANGED || error == KC_END ? KC_REASON_IDENTITY_CHANGED
                                                               : KC_REASON_UNTRUSTED_PROCESS;
    if (error == KC_TOO_BIG) {
        why = "its program file, or a library, is larger than 512 MiB";
    } else if (error == KC_TIMEOUT) {
        why = "its program file couldn't be read in 10 s";
    } else if (error == KC_BUSY) {
        why = "too many programs wait to be looked at; try again";
    }
    if (identity->why[0] == '\0') {
        (void)snprintf(identity->why, sizeof identity->why, "%s",
                       why != NULL ? why : kc_error_text(error));
    }
}

void identify_run_chain(struct identification *identification, bool may_read) {
    const struct identity *identity = &identification->identity;
    const struct chain_walk walk = {
        .ancestors = identification->identifier->ancestors,
        .may_read = may_read,
        .cancel = &identification->cancel,
    };
    enum kc_error error = chain_walk(&walk, peer_process(identity->peer), identity->path,
                                     identity->hash, &identification->chain);
    identification->needs_reading = error == KC_AGAIN;
    identification->error = error;
}

/* Where the hash is; the place for the next one, if it isn't there. Under the mutex. */
static char *find_climber(struct climbers *climbers, const char *hash) {
    for (size_t i = 0; i < CLIMBERS_MAX; i++) {
        if (strcmp(climbers->hashes[i], hash) == 0) {
            return climbers->hashes[i];
        }
    }
    return climbers->hashes[climbers->next];
}

static void remember_climber(struct climbers *climbers, const char *hash) {
    (void)mtx_lock(&climbers->mutex);
    char *place = find_climber(climbers, hash);
    if (strcmp(place, hash) != 0) {
        memcpy(place, hash, HASH_TEXT_SIZE);
        climbers->next = (climbers->next + 1) % CLIMBERS_MAX;
    }
    (void)mtx_unlock(&climbers->mutex);
}

static void forget_climber(struct climbers *climbers, const char *hash) {
    (void)mtx_lock(&climbers->mutex);
    char *place = find_climber(climbers, hash);
    if (strcmp(place, hash) == 0) {
        place[0] = '\0';
    }
    (void)mtx_unlock(&climbers->mutex);
}

static bool is_climber(struct climbers *climbers, const char *hash) {
    (void)mtx_lock(&climbers->mutex);
    bool is_one = strcmp(find_climber(climbers, hash), hash) == 0;
    (void)mtx_unlock(&climbers->mutex);
    return is_one;
}

void identify_climb_ahead(struct identification *identification) {
    if (is_climber(&identification->identifier->climbers, identification->identity.hash)) {
        identification->is_walking = true;
        identification->is_ahead = true;
        identify_run_chain(identification, !check_is_on("slow_worker"));
    }
}

enum kc_error identify_begin_chain(struct identification *identification) {
    struct identity *identity = &identification->identity;
    struct identifier *identifier = identification->identifier;
    if (identity->chain != NULL) {
        return KC_OK;
    }
    remember_climber(&identifier->climbers, identity->hash);
    identification->is_walking = true;
    identification->is_ahead = false;
    enum kc_error error = worker_submit(identifier->quick, &identification->job);
    if (error != KC_OK) {
        identify_fail(identity, error, NULL);
    }
    return error == KC_OK ? KC_AGAIN : error;
}

void identify_drop_chain(struct identification *identification) {
    struct identity *identity = &identification->identity;
    if (identity->chain == NULL) {
        return;
    }
    forget_climber(&identification->identifier->climbers, identity->hash);
    identity->chain = NULL;
    chain_free(identification->chain);
    identification->chain = NULL;
}

void identify_take_chain(struct identification *identification) {
    struct identity *identity = &identification->identity;
    enum kc_error error = identification->error;
    identification->is_walking = !identification->is_ahead;
    if (error == KC_OK) {
        identity->chain = identification->chain;
    } else if (!identification->is_ahead) {
        identify_fail(identity, error,
                      error == KC_END || error == KC_CHANGED
                          ? "it changed or ended while the processes above it were looked at"
                          : "the processes above it can't be looked at");
    }
}

enum kc_error identify_check_chain(const struct identity *identity, char why[KC_MESSAGE_MAX]) {
    if (identity->chain == NULL) {
        return KC_OK;
    }
    enum kc_error error = chain_check(identity->chain);
    if (error != KC_OK) {
        (void)snprintf(why, KC_MESSAGE_MAX,
                       "a process above it ended or executed another program; connect anew");
    }
    return error;
}

void identify_arguments(struct identity *identity) {
    if (identity->arguments != NULL || identity->peer == NULL) {
        return;
    }
    char raw[ARGUMENTS_READ_MAX];
    char text[ARGUMENTS_TEXT_MAX] = "";
    size_t length = 0;
    if (process_arguments(peer_process(identity->peer), raw, sizeof raw, &length) == KC_OK) {
        while (length > 0 && raw[length - 1] == '\0') {
            length--;
        }
        for (size_t i = 0; i < length; i++) {
            raw[i] = raw[i] == '\0' ? ' ' : raw[i];
        }
        (void)parse_escape(raw, length, text, sizeof text);
    }
    identity->arguments = strdup(text);
}
