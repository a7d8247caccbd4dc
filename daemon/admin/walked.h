/* SPDX-License-Identifier: MIT */
/* The processes above one that runs, for a command that looks once: with files read as needed. */
#ifndef WALKED_H
#define WALKED_H

#include <stdint.h>

#include "daemon/chain.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct digest;
struct process;

struct walked {
    struct process *process;
    struct digest *digest;
    struct ancestors *ancestors;
    struct chain *chain;
};

/* `path` and `hash` are those of process `pid`; they go into the chain's id. As process_pin() and
 * chain_walk(). */
KC_MUST_USE enum kc_error walked_new(uint64_t pid, const char *path, const char *hash,
                                     struct walked **ret_walked);
void walked_free(struct walked *walked);

KC_AUTO_DEFINE(walked)

#endif
