/* SPDX-License-Identifier: MIT */
/*
 * The daemon's own program file: who runs the same bytes may administer, and what stands beside it
 * are our own helpers.
 */
#ifndef OWN_PROGRAM_H
#define OWN_PROGRAM_H

#include "daemon/exchange.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

/* Its hash, and its directory without a slash at the end, for free(). Reads the whole file. */
KC_MUST_USE enum kc_error own_program_look(char ret_hash[HASH_TEXT_SIZE], char **ret_directory);

#endif
