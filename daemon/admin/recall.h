/* SPDX-License-Identifier: MIT */
/*
 * A chain that was written down when it was turned away, put up again so that the policy of today
 * can be asked about it, as the daemon would ask it.
 */
#ifndef RECALL_H
#define RECALL_H

#include "daemon/chain.h"
#include "daemon/exchange.h"
#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct pending_asked;
struct pending_entry;

struct recalled {
    struct chain chain;
    struct identity identity;
    struct request request;
    char *targets[1];
    struct exchange exchange; /* the tray, with all of these on it */
};

/* `entry` is a chain's; it and its texts are borrowed. The question is the last one that it asked.
 * Whether an interpreter is a trusted file is looked up anew. */
KC_MUST_USE enum kc_error recalled_new(const struct pending_entry *entry,
                                       struct recalled **ret_recalled);
void recalled_free(struct recalled *recalled);

/* Another question; borrowed. */
void recalled_ask(struct recalled *recalled, const struct pending_asked *asked);

KC_AUTO_DEFINE(recalled)

#endif
