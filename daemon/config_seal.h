/* SPDX-License-Identifier: MIT */
/*
 * The seal of config.json: a member that says who wrote the rest.
 *
 *     "seal": {"counter": 7, "mac": "<64 hex digits>"}
 *
 * The MAC is HMAC-SHA256, with a key that is made from the master key, over the counter and the
 * canonical form of the document without its seal: members sorted by name, no blanks. So blanks
 * and the order of members may change; nothing else may. The counter grows with each change, so
 * that an older file is told from the present one by whoever remembers it (seal.h). Pure.
 */
#ifndef CONFIG_SEAL_H
#define CONFIG_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct json_t; /* jansson's */
struct secret;

/* The key for it, from the master key. */
KC_MUST_USE enum kc_error config_seal_key(const struct secret *master, struct secret **ret_key);

/* Puts the seal into the document, in place of an older one. */
KC_MUST_USE enum kc_error config_seal_put(struct json_t *document, const struct secret *key,
                                          uint64_t counter);
/* Takes it out; there may be none. */
void config_seal_drop(struct json_t *document);

/* KC_NOT_FOUND: it has no seal · KC_DAMAGED: not the seal of what it says, or not JSON at all. */
KC_MUST_USE enum kc_error config_seal_check(const char *text, size_t length,
                                            const struct secret *key, uint64_t *ret_counter);

#endif
