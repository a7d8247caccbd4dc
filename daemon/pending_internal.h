/* SPDX-License-Identifier: MIT */
/*
 * The inside of the room pending: the list as a value (pending_list.c, pending_links.c), its
 * text (pending_read.c, pending_write.c) and its file (pending.c). Open for this room, its tests
 * and its fuzz target only.
 */
#ifndef PENDING_INTERNAL_H
#define PENDING_INTERNAL_H

#include "daemon/pending.h"

#include <stdbool.h>

/* Room for one more than may stay: what is new goes in first, then the oldest goes out. */
struct pending {
    size_t count;
    struct pending_entry entries[PENDING_MAX + 1]; /* newest first */
};

#define PENDING_VERSION   1 /* of the file's form */

/* Longest path that is listed, and longest pending.json that is read. */
#define PENDING_PATH_MAX  4096
#define PENDING_SIZE_MAX  (16 * 1024 * 1024)

/* What all paths of an entry may take together in the file, where a control character takes six
 * bytes. With everything else at its longest (8 questions of 2.6 KiB, 32 links of 0.3 KiB beside
 * their paths, the arguments) PENDING_MAX entries fit into PENDING_SIZE_MAX. */
#define PENDING_PATHS_MAX (30 * 1024)

void pending_entry_clear(struct pending_entry *entry);

/* Drops what is too old, or from a clock that was far ahead. */
void pending_expire(struct pending *pending, int64_t now_us);

/* Takes the members of `entry` (zeroed afterwards) in by its last time, before its equals. */
void pending_insert(struct pending *pending, struct pending_entry *entry);

/* Drops the entry. */
void pending_drop(struct pending *pending, size_t index);

/* The place of an identity; `count` when it isn't there. */
size_t pending_index(const struct pending *pending, const char *path, const char *id);

/* The links of an entry become copies of the chain's. On failure they are half-built. */
KC_MUST_USE enum kc_error pending_links_copy(const struct chain *chain,
                                             struct pending_entry *entry);
void pending_links_clear(struct pending_entry *entry);

/* Absolute, UTF-8, and neither it nor the paths before it take too much; what it takes is taken
 * from `room`, which begins as PENDING_PATHS_MAX. */
bool pending_path_fits(const char *path, size_t *room);
/* The same for all paths of a link, whose kind is a word of chain.h, and its hashes. */
bool pending_link_fits(const struct pending_link *link, size_t *room);
bool pending_chain_fits(const struct chain *chain, size_t *room);

/* Enters one denial; the oldest entry gives way. A note whose paths or hashes could not be
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
