/* SPDX-License-Identifier: MIT */
/*
 * The master key and the slots that keep it: ~/.keychain-auth/keyslots, a small text file
 * (0600). One kind of slot so far: "keyfile", the key in the clear, which keeps it from other
 * users and from nobody else; docs/threat-model.md says so. The form leaves room for more:
 *
 *     keychain-auth keyslots 1
 *     key <key id>
 *     slot <number> keyfile <base64 of 32 bytes>
 *
 * A slot of a kind that this version doesn't know is passed over and kept.
 */
#ifndef KEYSLOT_H
#define KEYSLOT_H

#include <stddef.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;

#define KEYSLOT_FILE_MAX 65536

/* Pure. KC_DAMAGED: not this form, no slot that can be opened, or the key isn't the one that
 * the `key` line names; `why` is a sentence (never with the key). */
KC_MUST_USE enum kc_error keyslot_parse(const char *text, size_t length, struct secret **ret_key,
                                        char why[KC_MESSAGE_MAX]);

/* Reads the file. KC_NOT_FOUND · KC_UNSAFE · KC_DAMAGED; `why` names the file and what to do. */
KC_MUST_USE enum kc_error keyslot_open(const char *path, struct secret **ret_key,
                                       char why[KC_MESSAGE_MAX]);

/* Makes a new random key, the directory (0700) when it is missing, and the file, durably,
 * before it returns. KC_EXISTS: there is a file already; it is left alone. */
KC_MUST_USE enum kc_error keyslot_create(const char *path, struct secret **ret_key,
                                         char why[KC_MESSAGE_MAX]);

#endif
