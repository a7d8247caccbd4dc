/* SPDX-License-Identifier: MIT */
/*
 * The inside of the room pending: the list as a value (pending_list.c), and its text
 * (pending.c). Open for this room, its tests and its fuzz target only.
 */
#ifndef PENDING_INTERNAL_H
#define PENDING_INTERNAL_H

#include "daemon/pending.h"

/* Room for one more than may stay: what is new goes in first, then the oldest goes out. */
struct pending {
    size_t count;
    struct pending_entry entries[PENDING_MAX + 1]; /* newest first */
};

/* Longest path that is listed, and longest pending.json that is read. */
#define PENDING_PATH_MAX 4096
#define PENDING_SIZE_MAX (16 * 1024 * 1024)

void pending_entry_clear(struct pending_entry *entry);

/* Drops what is too old, or from a clock that was far ahead. */
void pending_expire(struct pending *pending, int64_t now_us);

/* Takes the members of `entry` (zeroed afterwards) in by its last time, before its equals. */
void pending_insert(struct pending *pending, struct pending_entry *entry);

/* Drops the entry. */
void pending_drop(struct pending *pending, size_t index);

/* The place of an identity; `count` when it isn't there. */
size_t pending_index(const struct pending *pending, const char *path, const char *hash);

/* Enters one denial; the oldest entry gives way. A note whose path or hash could not be
 * approved anyway (not absolute, not UTF-8, too long, not a hash) is passed over. */
KC_MUST_USE enum kc_error pending_enter(struct pending *pending, const struct pending_note *note,
                                        int64_t now_us);

/* The text of the file. Pure. KC_DAMAGED. */
KC_MUST_USE enum kc_error pending_parse(const char *text, size_t length,
                                        struct pending **ret_pending);
/* free() it. */
KC_MUST_USE enum kc_error pending_write(const struct pending *pending, char **ret_text,
                                        size_t *ret_length);

#endif
