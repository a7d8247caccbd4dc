/* SPDX-License-Identifier: MIT */
/*
 * The order matters: pin first, look through the pins, check the pins last. A fact that can't
 * be had is a fact that failed.
 */
#include "daemon/identify.h"

#include "libkc/error.h"
#include "libkc/parse.h"
#include "platform/peer.h"
#include "platform/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARGUMENTS_READ_MAX 1024 /* bytes of a command line that are looked at */
#define ARGUMENTS_TEXT_MAX 2048

static void identity_distrust(struct identity *identity, enum kc_reason reason, const char *why) {
    identity->trouble = reason;
    (void)snprintf(identity->why, sizeof identity->why, "%s", why);
}

/* A failed look. An exec or an end in the middle is a changed identity, the rest is distrust. */
static void identity_fail(struct identity *identity, enum kc_error error, const char *why) {
    enum kc_reason reason = error == KC_CHANGED || error == KC_END ? KC_REASON_IDENTITY_CHANGED
                                                                   : KC_REASON_UNTRUSTED_PROCESS;
    identity_distrust(identity, reason, why != NULL ? why : kc_error_text(error));
}

static void identify_conclude(struct identification *identification) {
    struct identity *identity = &identification->identity;
    const struct digest_job *job = &identification->digest_job;
    if (job->error != KC_OK) {
        identity_fail(identity, job->error,
                      job->error == KC_TOO_BIG   ? "its program file is larger than 512 MiB"
                      : job->error == KC_TIMEOUT ? "its program file couldn't be read in 10 s"
                      : job->error == KC_BUSY    ? "too many programs wait to be hashed"
                                                 : "its program file couldn't be read");
        return;
    }
    /* The pins are read last: what was hashed still runs. */
    enum kc_error error = process_check(peer_process(identity->peer));
    if (error != KC_OK) {
        identity_fail(identity, error, "it changed or ended while it was looked at");
        return;
    }
    memcpy(identity->hash, job->hash, sizeof identity->hash);
    identity->is_administrator = strcmp(identity->hash, identification->own_hash) == 0;
}

/* The handle on the image has done its work; sessions live long and descriptors are few. */
static void identify_finish(struct identification *identification) {
    identify_conclude(identification);
    image_free(identification->image);
    identification->image = NULL;
    identification->digest_job.image = NULL;
}

static void on_digest_done(struct digest_job *digest_job) {
    struct identification *identification = (struct identification *)digest_job;
    identify_finish(identification);
    identification->done(identification);
}

static enum kc_error identify_look(struct identification *identification) {
    struct identity *identity = &identification->identity;
    const struct process *process = peer_process(identity->peer);
    const char *why = NULL;
    enum kc_error error = process_check_surroundings(process, &why);
    if (error == KC_OK) {
        error = process_open_image(process, &identification->image, &why);
    }
    if (error != KC_OK) {
        identity_fail(identity, error, why);
        return KC_OK;
    }
    free(identity->path);
    identity->path = strdup(image_path(identification->image));
    return identity->path != NULL ? KC_OK : KC_NO_MEMORY;
}

enum kc_error identify_begin(struct identification *identification, const struct wire *wire,
                             struct digest *digest) {
    struct identity *identity = &identification->identity;
    const char *why = NULL;
    identity->path = strdup("");
    if (identity->path == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = peer_pin(wire, &identity->peer, &why);
    if (error == KC_UNSAFE) {
        identity_fail(identity, error, why);
        return KC_OK;
    }
    if (error != KC_OK) {
        return error;
    }
    identity->pid = process_number(peer_process(identity->peer));
    identity->user = peer_user(identity->peer);
    identity->group = peer_group(identity->peer);
    error = identify_look(identification);
    if (error != KC_OK || identity->trouble != KC_REASON_NONE) {
        return error;
    }
    struct digest_job *job = &identification->digest_job;
    job->image = identification->image;
    job->done = on_digest_done;
    job->error = digest_image(digest, job);
    if (job->error == KC_AGAIN) {
        return KC_AGAIN;
    }
    identify_finish(identification);
    return KC_OK;
}

void identify_cancel(struct identification *identification) {
    atomic_store(&identification->digest_job.cancel, true);
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

void identify_clear(struct identification *identification) {
    image_free(identification->image);
    peer_free(identification->identity.peer);
    free(identification->identity.path);
    free(identification->identity.arguments);
    memset(&identification->identity, 0, sizeof identification->identity);
    identification->image = NULL;
}
