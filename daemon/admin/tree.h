/* SPDX-License-Identifier: MIT */
/* A chain as people see it: a tree that grows from whoever asks down to where the chain ends. */
#ifndef TREE_H
#define TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/chain.h"

struct exchange;
struct json_t; /* jansson's */
struct policy;

/* What is said of each link; a text may be NULL. */
struct remarks {
    const char *texts[CHAIN_LINKS_MAX];
    bool passes[CHAIN_LINKS_MAX];
};

/* What the policy says of every link of the exchange's chain. */
void remarks_judge(const struct policy *policy, const struct exchange *exchange,
                   struct remarks *ret_remarks);

/* What a link is, in words, written to `text`: "/bin/bash, interactive". Cut at `size`. */
void tree_describe(const struct chain_link *link, char *text, size_t size);

/* One line for each process, with its remark in a column of its own, and one for the end. */
void tree_print(const struct chain *chain, const struct remarks *remarks, bool with_pids);

/* The links as a JSON array, "remark" and "passes" beside what they are. NULL: no memory. */
struct json_t *tree_to_json(const struct chain *chain, const struct remarks *remarks);

#endif
