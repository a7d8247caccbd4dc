/* SPDX-License-Identifier: MIT */
/*
 * The daemon's part in an import: what it has already, the writes, and the look afterwards.
 * Whatever isn't EXIT_DONE has been said.
 */
#ifndef IMPORT_STORE_H
#define IMPORT_STORE_H

#include <stdbool.h>

#include "libkc/options.h"
#include "platform/attr.h"

struct answer;
struct import_list;

/* Sets `is_there` of what the store has. */
KC_MUST_USE enum exit_code import_store_look(struct answer *answer, struct import_list *list);

/* Writes what isn't there, or all of it; stops at the first that fails. */
KC_MUST_USE enum exit_code import_store_write(struct answer *answer, struct import_list *list,
                                              bool replaces);

/* What was written becomes IMPORT_VERIFIED when it is listed with its attributes. The values
 * themselves are never given to an administrator; that they are stored is the daemon's word.
 * EXIT_FAULT: not all of it is there. */
KC_MUST_USE enum exit_code import_store_verify(struct answer *answer, struct import_list *list);

#endif
