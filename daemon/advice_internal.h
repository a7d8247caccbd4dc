/* SPDX-License-Identifier: MIT */
/* Between advice.c, which speaks of programs, and advice_caller.c, which speaks of chains. */
#ifndef ADVICE_INTERNAL_H
#define ADVICE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/advice.h"
#include "libkc/protocol.h"

/* Together they fit a message, with room for the words between. */
#define ADVICE_PATH_SIZE    256
#define ADVICE_NAME_SIZE    128
#define ADVICE_WHAT_SIZE    320
#define ADVICE_COMMAND_SIZE 400

/* More than the 8 digits that commands accept: nobody shall find another program that is
 * approved in this one's stead by computing for an afternoon. */
#define ADVICE_DIGITS       16

struct advice_command {
    const char *verb;
    const char *operand; /* quoted for the shell already */
    bool with_grant;
    bool with_search;
    bool with_chain;
    bool with_inline;
};

/* Escaped, and cut where it must be. Returns `buffer`. */
const char *advice_show(const char *text, char *buffer, size_t size);

/* What is asked for; `target` NULL: the whole service. */
void advice_describe(const struct request *request, const char *target,
                     char what[ADVICE_WHAT_SIZE]);

/* "; to allow this: keychain-auth VERB OPERAND --read aws --search", or "" when it can't be shown
 * whole. Returns `buffer`. */
const char *advice_command(const struct advice_command *command, const struct request *request,
                           char buffer[ADVICE_COMMAND_SIZE]);

/* False, and nothing is done, when `more` doesn't fit whole. */
bool advice_append(char text[KC_MESSAGE_MAX], const char *more);

#endif
