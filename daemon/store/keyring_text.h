/* SPDX-License-Identifier: MIT */
/*
 * The form of keyring.json, apart from where it lies and when it is written: valid JSON, one
 * item a line, so that a change costs the lines it touches and damage has a line number.
 *
 *     {"version":1,"key":"<key id>","items":[
 *     {"service":"…","target":"…","attributes":{…},"sealed":"<base64>"},
 *     …
 *     ]}
 *
 * Read strictly: items stand in the order of items.h, each once, and a member that this
 * version doesn't know is refused, because the next write would lose it. Pure.
 */
#ifndef STORE_KEYRING_TEXT_H
#define STORE_KEYRING_TEXT_H

#include <stddef.h>

#include "daemon/crypto.h"
#include "daemon/store/items.h"
#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

/* The longest file that is read or written. */
#define KEYRING_SIZE_MAX (256 * 1024 * 1024)

/* Makes item->text from the rest of the item. KC_INVALID, KC_TOO_BIG: a name or the value
 * breaks the limits of protocol.h, so that it could not be read back. */
KC_MUST_USE enum kc_error keyring_write_item(struct item *item);

/* The whole file, joined from each item's text; free() it. KC_TOO_BIG: over KEYRING_SIZE_MAX. */
KC_MUST_USE enum kc_error keyring_write(const struct items *items, const char *key_id,
                                        char **ret_text, size_t *ret_length);

/* Reads what keyring_write() wrote; each item keeps its line as item->text. KC_DAMAGED: it isn't
 * this version, it was sealed with another key than `key_id`, or it is damaged; `why` says what
 * is wrong and in which line, and of the file names no more than the id of its key. */
KC_MUST_USE enum kc_error keyring_parse(const char *text, size_t length, const char *key_id,
                                        struct items **ret_items, char why[KC_MESSAGE_MAX]);

#endif
