/* SPDX-License-Identifier: MIT */
/*
 * Many secrets, all or none: what is wanted is noted first, each name once, then read on one
 * connection, a request for each service, or for each 60 targets of it (so many of the largest
 * values fit into an answer). Nothing of it can be used before all of it is there.
 */
#ifndef KCGET_GATHER_H
#define KCGET_GATHER_H

#include <stddef.h>

#include "kcget/reach.h"
#include "kcget/refs.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;
struct gather;

/* Different names that one run may ask for. */
#define GATHER_MAX 1024

KC_MUST_USE enum kc_error gather_new(struct gather **ret_gather);
/* Wipes the values. */
void gather_free(struct gather *gather);

/* KC_TOO_BIG: more than GATHER_MAX. */
KC_MUST_USE enum kc_error gather_want(struct gather *gather, const struct ref *ref);
size_t gather_count(const struct gather *gather);

/* Opens, asks and closes; asks nobody when nothing is wanted. `is_launcher`: as reach_open().
 * Anything but EXIT_DONE was said: EXIT_NO when one is denied or absent. */
KC_MUST_USE enum exit_code gather_fetch(struct gather *gather, const struct reach *reach,
                                        bool is_launcher);

/* Behind a gather_fetch() that went well; NULL when it wasn't wanted. */
const struct secret *gather_value(const struct gather *gather, const struct ref *ref);

KC_AUTO_DEFINE(gather)

#endif
