/* SPDX-License-Identifier: MIT */
/*
 * A daemon behind the shim's server: keeps items in memory, knows one program and its grants, and
 * counts what it was asked. It behaves as docs/protocol.md says, for what the server asks.
 */
#ifndef FAKE_BROKER_H
#define FAKE_BROKER_H

#include <stdbool.h>
#include <stddef.h>

struct broker;

/* What the program may do; "service" or "service/prefix*", NULL ends them. All of them to read and
 * write. */
void fake_broker_grant(struct broker *broker, const char *const *grants, bool can_search);
/* From now on every question fails so; NULL: none. */
void fake_broker_fail(struct broker *broker, const char *name);
size_t fake_broker_count(const struct broker *broker);
/* The target of an item; NULL: there are fewer. */
const char *fake_broker_target(const struct broker *broker, size_t index);
/* How often an action was asked for. */
size_t fake_broker_asked(const struct broker *broker, const char *action);

#endif
