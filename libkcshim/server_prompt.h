/* SPDX-License-Identifier: MIT */
/*
 * Prompts of the Secret Service. The daemon never asks anybody anything; but a store that is locked
 * a person can unlock, and GDBus waits 25 seconds for an answer. So an Unlock of a locked store
 * gives a prompt, which the program starts and which tells its end with a signal. Several may be
 * under way; the person is asked once for all of them. The server's thread only.
 */
#ifndef LIBKCSHIM_SERVER_PROMPT_H
#define LIBKCSHIM_SERVER_PROMPT_H

#include <stdbool.h>

#include "platform/attr.h"

struct call;
struct _GVariant;
struct prompts;
struct server;
struct server_socket;

struct prompts *prompts_new(void);
void prompts_free(struct prompts *prompts); /* takes the question away, too */

/* Whether the daemon says that its store is locked, at this moment. */
bool store_is_locked(struct server *server);

/* A prompt that unlocks these objects (ao); `ret_path` belongs to it. IsLocked: there is nobody
 * to ask · LimitsExceeded. */
KC_MUST_USE bool prompts_add(struct call *call, struct _GVariant *objects, const char **ret_path);

/* What to watch: its end means prompts_settle(). NULL: nobody is asked now. */
const struct server_socket *prompts_asker(const struct prompts *prompts);
/* Tells each prompt that was started how it went. */
void prompts_settle(struct server *server);

#endif
