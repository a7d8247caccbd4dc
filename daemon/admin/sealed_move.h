/* SPDX-License-Identifier: MIT */
/*
 * `store migrate` where a passphrase is set: the command has the stores to itself, so it opens the
 * key, and keeps the policy's seal and what is remembered of it, as the daemon otherwise does.
 * Whatever isn't EXIT_DONE has been said.
 */
#ifndef SEALED_MOVE_H
#define SEALED_MOVE_H

#include <stdbool.h>

#include "daemon/admin/places.h"
#include "daemon/seal.h"
#include "libkc/options.h"
#include "platform/attr.h"

struct config_change;
struct secret;
struct store;
struct store_backend;

/* Zeroed is ready. */
struct sealed_move {
    struct secret *passphrase; /* asked for once; NULL: none was needed yet */
    bool is_sealed;
    bool is_loaded;
    struct seal seal; /* the newest */
};

/* Gives the store its key when it is locked. */
KC_MUST_USE enum exit_code sealed_move_open(struct sealed_move *move, const struct options *options,
                                            struct store *store);

/* The change under the seal, remembered in `backend`. */
KC_MUST_USE enum exit_code sealed_move_change(struct sealed_move *move, const struct places *places,
                                              const struct secret *key,
                                              struct store_backend *backend,
                                              const struct config_change *change);

void sealed_move_clear(struct sealed_move *move);

#endif
