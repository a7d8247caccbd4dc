/* SPDX-License-Identifier: MIT */
/* explain --pid N ACTION SERVICE [TARGET]: the processes above one that runs, and the decision. */
#ifndef EXPLAIN_CHAIN_H
#define EXPLAIN_CHAIN_H

#include <stdint.h>

#include "libkc/options.h"

struct policy;

/*
 * Of a helper, or a program that asks for its chain: what it would be told. Of another process
 * that is above us (`--pid $$`): what a helper that it runs would be told. Of any other: what it
 * would be told by itself, whatever is above it.
 * EXIT_DONE: it would be allowed. EXIT_NO: denied, or it can't be looked at.
 */
enum exit_code explain_chain(const struct options *options, const struct policy *policy,
                             uint64_t pid);

#endif
