/* SPDX-License-Identifier: MIT */
/*
 * What the daemon remembers, so that a file which was put back, cut off or exchanged while it
 * was locked is noticed: an item of its own in the store, sealed like any other, under names that
 * no client can use. Who can put back the whole store with it puts this back, too.
 *
 *     keychain-auth seal 1
 *     policy <counter>
 *     slots <sha256 of the file of key slots>          once or twice: before or after a change
 *     audit <seq> <hash of that record> <length of the log behind it>
 */
#ifndef SEAL_H
#define SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/audit_head.h"
#include "daemon/exchange.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;
struct store_backend;

#define SEAL_SERVICE   "keychain-auth"
#define SEAL_TARGET    "seal"
#define SEAL_SLOTS_MAX 2

struct seal {
    uint64_t counter; /* of the policy: an older one doesn't count any more */
    size_t slots_count;
    char slots[SEAL_SLOTS_MAX][HASH_TEXT_SIZE];
    struct audit_head audit;
};

/* Pure. KC_DAMAGED. */
KC_MUST_USE enum kc_error seal_parse(const char *text, size_t length, struct seal *ret_seal);
KC_MUST_USE enum kc_error seal_write(const struct seal *seal, struct secret **ret_text);

/* The store's worker only, with nothing staged. KC_NOT_FOUND: nothing is remembered. */
KC_MUST_USE enum kc_error seal_load(struct store_backend *backend, const struct secret *key,
                                    struct seal *ret_seal);
/* In force, and durable, when it returns KC_OK. */
KC_MUST_USE enum kc_error seal_save(struct store_backend *backend, const struct secret *key,
                                    const struct seal *seal);
KC_MUST_USE enum kc_error seal_remove(struct store_backend *backend);

#endif
