/* SPDX-License-Identifier: MIT */
/* approve ID for a helper's chain: the caller gets the rights, and the others hand them on. */
#ifndef APPROVE_CHAIN_H
#define APPROVE_CHAIN_H

#include "libkc/options.h"

struct pending_entry;
struct places;
struct rights;

/* `entry` is a chain's. EXIT_NO, and it was said: it can't be approved, or not so. */
enum exit_code approve_chain(const struct options *options, const struct places *places,
                             const struct pending_entry *entry, const struct rights *rights);

#endif
