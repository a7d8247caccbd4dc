/* SPDX-License-Identifier: MIT */
/*
 * What a denial says to the person at the terminal: who asked for what, and the exact command
 * that would allow it. Pure; part of the room authorise. It decides nothing.
 */
#ifndef ADVICE_H
#define ADVICE_H

#include <stdbool.h>

#include "libkc/protocol.h"

struct exchange;
struct identity;
struct identity_file;
struct policy;
struct policy_entry;
struct request;
struct review;

/* Each writes one sentence. A command is left out when it can't be shown honestly. */

/* identify found something that can't be trusted. */
void advise_trouble(const struct identity *identity, const struct request *request,
                    char text[KC_MESSAGE_MAX]);

/* ADMIN was asked by somebody else, or for a value. */
void advise_administrator(const struct identity *identity, const struct request *request,
                          char text[KC_MESSAGE_MAX]);

/* No entry has this path and this hash. `obstacle`: why it can't be listed for approval
 * (pending_obstacle()); NULL: it is. */
void advise_unregistered(const struct policy *policy, const struct identity *identity,
                         const struct request *request, const char *obstacle,
                         char text[KC_MESSAGE_MAX]);

/* The same of a program that needn't have asked, so that there may be nothing to approve. */
void advise_unasked(const struct policy *policy, const struct identity *identity,
                    const struct request *request, char text[KC_MESSAGE_MAX]);

/* The entry is a script's, and a program asked. */
void advise_script(const struct policy_entry *entry, char text[KC_MESSAGE_MAX]);

/* The chain above it may not: who spoiled it, and what would allow it or why nothing does. */
void advise_caller(const struct policy *policy, const struct exchange *exchange,
                   const struct review *review, char text[KC_MESSAGE_MAX]);

/* A helper, a script, or a program that asks for its chain, was asked about by itself. */
void advise_unaccompanied(const struct policy_entry *entry, char text[KC_MESSAGE_MAX]);

/* It makes code as it runs, and nothing allows that. */
void advise_jit(const struct identity *identity, char text[KC_MESSAGE_MAX]);

/* It has `file` mapped to execute, and nothing allows that. */
void advise_library(const struct identity *identity, const struct identity_file *file,
                    char text[KC_MESSAGE_MAX]);

/* A right that `request` needs is missing for every service. `lacks_search`: it is can_search.
 * `lacks_grant`: what was asked isn't granted either. */
void advise_action(const struct policy_entry *entry, const struct request *request,
                   bool lacks_search, bool lacks_grant, char text[KC_MESSAGE_MAX]);

/* `target` (NULL: the whole service) isn't granted. */
void advise_service(const struct policy_entry *entry, const struct request *request,
                    const char *target, char text[KC_MESSAGE_MAX]);

#endif
