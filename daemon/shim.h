/* SPDX-License-Identifier: MIT */
/*
 * The shim, and the module, that were installed with this daemon: what they are known by. Root's
 * own needs no hash (who could change it could change anything); one in a user's own prefix is
 * known by the bytes that it had when the daemon started.
 */
#ifndef SHIM_H
#define SHIM_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/exchange.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct code;

struct shim {
    char hook[HASH_TEXT_SIZE]; /* "" where it isn't installed */
    char server[HASH_TEXT_SIZE];
    char module[HASH_TEXT_SIZE]; /* of daemon/store/desktop_module.h: commands load it, too */
    bool is_unknown;             /* there was no memory to look at one of them, which is "" then */
};

/* Reads the files, below the prefix of the running program. What can't be read isn't known. */
void shim_find(struct shim *ret_shim);

bool shim_has(const struct shim *shim, const char *hash);
/* The hash is that of code->files[index]: what LD_PRELOAD names besides what is the administrator's
 * must be our own hook, and nothing else that is called like it. KC_UNSAFE, and then the flaw is
 * CODE_PRELOADED. */
KC_MUST_USE enum kc_error shim_judge_preloaded(const struct shim *shim, struct code *code,
                                               size_t index, const char *hash);
/* It is the part that asks. */
bool shim_is_server(const struct shim *shim, const char *hash);

#endif
