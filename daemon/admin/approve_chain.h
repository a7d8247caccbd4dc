/* SPDX-License-Identifier: MIT */
/* approve ID for a helper's chain: the caller gets the rights, and the others hand them on. */
#ifndef APPROVE_CHAIN_H
#define APPROVE_CHAIN_H

#include "libkc/options.h"

struct pending_entry;
struct places;
struct rights;

struct approval_manner {
    const struct options *options; /* where the proof comes from, see change.h */
    bool with_chain;               /* those above the caller become launchers */
    bool asks;                     /* a person at the terminal has to say yes first */
};

/* `entry` is a chain's. EXIT_NO, and it was said: it can't be approved, or not so. */
enum exit_code approve_chain(const struct places *places, const struct pending_entry *entry,
                             const struct rights *rights, const struct approval_manner *manner);

#endif
