/* SPDX-License-Identifier: MIT */
/*
 * JSON read with sure memory. jansson (2.14) goes on after an allocation that fails in the
 * middle of a text, and returns a tree whose text lacks a byte; so whoever reads JSON that counts
 * reads it here.
 */
#ifndef KC_MESSAGE_MEMORY_H
#define KC_MESSAGE_MEMORY_H

#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct json_error_t; /* jansson's, both */
struct json_t;

/*
 * json_loadb(3). KC_INVALID: `ret_why` is jansson's word about it. KC_NO_MEMORY: seen for certain
 * only after message_wipe_json_memory(), where jansson's allocators are ours.
 */
KC_MUST_USE enum kc_error message_load_json(const char *text, size_t length, size_t flags,
                                            struct json_t **ret_json, struct json_error_t *ret_why);

#endif
