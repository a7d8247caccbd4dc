/* SPDX-License-Identifier: MIT */
/*
 * Writes one line of JSON straight into a secret, in order, with nothing in between. The first
 * error sticks and is told at the end; commas come by themselves. One thread.
 */
#ifndef KC_COMPOSE_H
#define KC_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;

struct compose {
    struct secret *line; /* NULL: there was no memory for it */
    size_t limit;
    enum kc_error error;
};

/* At most `limit` bytes, and an object to begin with. */
void compose_begin(struct compose *compose, size_t limit);
/* Ends the object and the line. KC_TOO_BIG: over the limit · KC_INVALID: a text wasn't UTF-8 ·
 * KC_NO_MEMORY. Whatever it answers, nothing is left to be freed but the line. */
KC_MUST_USE enum kc_error compose_end(struct compose *compose, struct secret **ret_line);

/* The name of a member, whose value is what is written next; it is one of ours, and plain. Any
 * other name is a string with a colon behind it. */
void compose_name(struct compose *compose, const char *name);
void compose_colon(struct compose *compose);
/* Opens or closes an object or an array; an element of one may follow. */
void compose_open(struct compose *compose, char bracket);
void compose_close(struct compose *compose, char bracket);

void compose_string(struct compose *compose, const void *bytes, size_t length);
/* A value: a string, or that in base64. */
void compose_value(struct compose *compose, const void *bytes, size_t length, bool base64);
/* What is JSON already. */
void compose_json(struct compose *compose, const char *json);
/* A member that is a string. NULL and empty are left out. */
void compose_text(struct compose *compose, const char *name, const char *text);

#endif
