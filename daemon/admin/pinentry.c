/* SPDX-License-Identifier: MIT */
/*
 * A conversation with a pinentry: its greeting, a few settings of which it may refuse some, and
 * the question. What it says is kept in secret memory only.
 */
#include "daemon/admin/pinentry.h"

#include "daemon/admin/assuan.h"
#include "libkc/secret.h"
#include "platform/child.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_MS   5000
#define ANSWER_MS ((PINENTRY_TIMEOUT_S + 5) * 1000)
/* Lines until the answer to one command; a program that goes on for ever is none. */
#define LINES_MAX 64

struct talk {
    struct child *child;
    struct secret *buffer; /* what was received and isn't used yet */
    struct secret *passphrase;
    size_t limit;
};

/* The bytes of the next line are at the front of the buffer. */
static enum kc_error await_line(struct talk *talk, unsigned timeout_ms, size_t *ret_length) {
    for (;;) {
        const unsigned char *bytes = secret_view(talk->buffer);
        size_t used = secret_length(talk->buffer);
        const unsigned char *end = used > 0 ? memchr(bytes, '\n', used) : NULL;
        if (end != NULL) {
            *ret_length = (size_t)(end - bytes);
            return KC_OK;
        }
        if (used == secret_capacity(talk->buffer)) {
            return KC_TOO_BIG;
        }
        size_t got = 0;
        enum kc_error error = child_read(talk->child, secret_bytes(talk->buffer) + used,
                                         secret_capacity(talk->buffer) - used, timeout_ms, &got);
        if (error != KC_OK) {
            return error;
        }
        secret_set_length(talk->buffer, used + got);
    }
}

static void drop_line(struct talk *talk, size_t length) {
    size_t left = secret_length(talk->buffer) - length - 1;
    memmove(secret_bytes(talk->buffer), secret_view(talk->buffer) + length + 1, left);
    secret_set_length(talk->buffer, left);
}

/* Up to OK or ERR. */
static enum kc_error hear(struct talk *talk, unsigned timeout_ms, enum assuan_kind *ret_kind) {
    enum assuan_kind kind = ASSUAN_REMARK;
    for (int i = 0; i < LINES_MAX; i++) {
        size_t length = 0;
        enum kc_error error = await_line(talk, timeout_ms, &length);
        if (error == KC_OK) {
            error = assuan_read((const char *)secret_view(talk->buffer), length, talk->passphrase,
                                talk->limit, &kind);
        }
        if (error != KC_OK) {
            return error;
        }
        drop_line(talk, length);
        if (kind == ASSUAN_OK || kind == ASSUAN_ERROR) {
            *ret_kind = kind;
            return KC_OK;
        }
    }
    return KC_INVALID;
}

static enum kc_error say(struct talk *talk, const char *command, const char *text) {
    char line[ASSUAN_LINE_MAX + 1];
    enum kc_error error = assuan_write(command, text, line);
    return error == KC_OK ? child_write(talk->child, line, strlen(line), STEP_MS) : error;
}

/* A setting that it doesn't know is no reason to give up. */
static enum kc_error set(struct talk *talk, const char *command, const char *text) {
    enum assuan_kind kind = ASSUAN_OK;
    enum kc_error error = say(talk, command, text);
    return error == KC_OK ? hear(talk, STEP_MS, &kind) : error;
}

/* One that is too long for it is left out, as one that it doesn't know would be. */
static enum kc_error set_option(struct talk *talk, const char *name, const char *value) {
    char option[256];
    if (value == NULL || strlen(value) >= sizeof option / 2) {
        return KC_OK;
    }
    (void)snprintf(option, sizeof option, "%s=%s", name, value);
    return set(talk, "OPTION", option);
}

static enum kc_error settle(struct talk *talk, const char *description, const char *window) {
    char timeout[16];
    (void)snprintf(timeout, sizeof timeout, "%d", PINENTRY_TIMEOUT_S);
    enum kc_error error = set(talk, "SETTIMEOUT", timeout);
    if (error == KC_OK) {
        error = set_option(talk, "ttyname", getenv("GPG_TTY"));
    }
    if (error == KC_OK) {
        error = set_option(talk, "parent-wid", window);
    }
    if (error == KC_OK) {
        error = set(talk, "SETTITLE", "keychain-auth");
    }
    if (error == KC_OK) {
        error = set(talk, "SETDESC", description);
    }
    return error == KC_OK ? set(talk, "SETPROMPT", "Passphrase:") : error;
}

static enum kc_error converse(struct talk *talk, const char *description, const char *window) {
    enum assuan_kind kind = ASSUAN_ERROR;
    enum kc_error error = hear(talk, STEP_MS, &kind);
    if (error == KC_OK && kind != ASSUAN_OK) {
        return KC_INVALID;
    }
    if (error == KC_OK) {
        error = settle(talk, description, window);
    }
    secret_set_length(talk->passphrase, 0); /* whatever it said before it was asked */
    if (error == KC_OK) {
        error = say(talk, "GETPIN", "");
    }
    if (error == KC_OK) {
        error = hear(talk, ANSWER_MS, &kind);
    }
    return error == KC_OK && kind == ASSUAN_ERROR ? KC_END : error;
}

enum kc_error pinentry_ask(const char *program, const char *description, const char *window,
                           struct secret *passphrase, size_t limit) {
    const char *const arguments[] = {"pinentry", NULL};
    KC_AUTO(child) child = NULL;
    KC_AUTO(secret) buffer = NULL;
    enum kc_error error = secret_new(2 * ASSUAN_LINE_MAX, &buffer);
    if (error == KC_OK) {
        error = child_start(program, arguments, &child);
    }
    if (error != KC_OK) {
        return error;
    }
    struct talk talk = {.child = child, .buffer = buffer, .passphrase = passphrase, .limit = limit};
    return converse(&talk, description, window);
}
