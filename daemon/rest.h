/* SPDX-License-Identifier: MIT */
/*
 * Gives memory back once nobody has asked for a while: what a crowd took would else stay with the
 * daemon for good, in pieces between what is still used. The loop's thread only.
 */
#ifndef REST_H
#define REST_H

#include "platform/attr.h"
#include "platform/kc_error.h"

struct rest;
struct uv_loop_s;

#define REST_AFTER_MS 10000

/* As the last thing that starts: what only starting needed is given back at once. */
KC_MUST_USE enum kc_error rest_open(struct uv_loop_s *loop, struct rest **ret_rest);

/* The last session is gone: the time begins, or begins anew. A session that comes meanwhile
 * doesn't end it; it costs that one a few pages that are mapped again. Accepts NULL. */
void rest_begin(struct rest *rest);

/* Frees itself in the loop. Accepts NULL. */
void rest_close(struct rest *rest);

#endif
