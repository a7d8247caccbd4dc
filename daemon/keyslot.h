/* SPDX-License-Identifier: MIT */
/*
 * The master key and the slots that keep it: ~/.keychain-auth/keyslots, a small text file
 * (0600). "keyfile" is the key in the clear, which keeps it from other users and from nobody
 * else; "passphrase" is the key sealed with what scrypt makes of a passphrase:
 *
 *     keychain-auth keyslots 1
 *     key <key id>
 *     slot <number> keyfile <base64 of 32 bytes>
 *     slot <number> passphrase scrypt <log2 N> <r> <p> <base64 of 16 bytes> <base64 of 69 bytes>
 *
 * The key's id, the slot's number, the cost and the salt are authenticated with the sealed key
 * (crypto_seal()). A slot of a kind that this version doesn't know is passed over and kept. Which
 * slots there are never changes what the key is: nothing is ever encrypted anew.
 */
#ifndef KEYSLOT_H
#define KEYSLOT_H

#include <stddef.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct crypto_cost;
struct keyslots;
struct secret;

#define KEYSLOT_FILE_MAX       65536
#define KEYSLOT_PASSPHRASE_MAX 8 /* passphrase slots: a try may cost as much as all of them */

enum keyslot_kind { KEYSLOT_KEYFILE, KEYSLOT_PASSPHRASE, KEYSLOT_UNKNOWN };

/* Pure. KC_DAMAGED: not this form, no slot that this program could open, a cost that is out of
 * bounds, or a key in the clear that isn't the one that the `key` line names; `why` is a sentence
 * (never with the key). */
KC_MUST_USE enum kc_error keyslots_parse(const char *text, size_t length,
                                         struct keyslots **ret_slots, char why[KC_MESSAGE_MAX]);

/* Slots for this key: none yet. */
KC_MUST_USE enum kc_error keyslots_new(const struct secret *key, struct keyslots **ret_slots);
void keyslots_free(struct keyslots *slots);

const char *keyslots_key_id(const struct keyslots *slots);
size_t keyslots_count(const struct keyslots *slots, enum keyslot_kind kind);

/* A copy of the key in the clear. KC_LOCKED: there is none. */
KC_MUST_USE enum kc_error keyslots_key(const struct keyslots *slots, struct secret **ret_key);

/* The key of the first slot that the passphrase opens, and that slot's number. Takes as long as
 * the tries cost: workers only. KC_DENIED: it opens none. */
KC_MUST_USE enum kc_error keyslots_try(const struct keyslots *slots,
                                       const struct secret *passphrase, struct secret **ret_key,
                                       unsigned *ret_number);

/* Under the first number that is free. KC_INVALID: it isn't the key of these slots. KC_BUSY: no
 * number is free. */
KC_MUST_USE enum kc_error keyslots_add_key(struct keyslots *slots, const struct secret *key);
/* The same, and it takes as long as a try costs. KC_INVALID also for a cost out of bounds,
 * KC_BUSY for more than KEYSLOT_PASSPHRASE_MAX. */
KC_MUST_USE enum kc_error keyslots_add_passphrase(struct keyslots *slots, const struct secret *key,
                                                  const struct secret *passphrase,
                                                  const struct crypto_cost *cost);
/* All of a kind; or one, which must be there. */
void keyslots_drop(struct keyslots *slots, enum keyslot_kind kind);
void keyslots_remove(struct keyslots *slots, unsigned number);

/* The file as it is written; may hold the key. */
KC_MUST_USE enum kc_error keyslots_text(const struct keyslots *slots, struct secret **ret_text);

/* Reads the file. KC_NOT_FOUND · KC_UNSAFE · KC_DAMAGED; `why` names the file and what to do. */
KC_MUST_USE enum kc_error keyslot_load(const char *path, struct keyslots **ret_slots,
                                       char why[KC_MESSAGE_MAX]);

/* Replaces the file, durably: after a crash it is whole, the old one or the new one. */
KC_MUST_USE enum kc_error keyslot_save(const char *path, const struct keyslots *slots,
                                       char why[KC_MESSAGE_MAX]);

/* Makes a new random key, the directory (0700) when it is missing, and the file with a keyfile
 * slot, durably, before it returns. KC_EXISTS: there is a file already; it is left alone. */
KC_MUST_USE enum kc_error keyslot_create(const char *path, struct keyslots **ret_slots,
                                         char why[KC_MESSAGE_MAX]);

KC_AUTO_DEFINE(keyslots)

#endif
