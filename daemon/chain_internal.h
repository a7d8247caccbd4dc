/* SPDX-License-Identifier: MIT */
/* The parts of the room chain: chain.c walks over pinned ancestors, chain_kept.c keeps them, and
 * chain_link.c tells what they are. */
#ifndef CHAIN_INTERNAL_H
#define CHAIN_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/chain.h"
#include "platform/attr.h"
#include "platform/kc_error.h"
#include "platform/process.h"

/* Filled once, by who pinned it; const when it is kept. */
struct ancestor {
    struct process *process;
    char *path;      /* of its image; NULL: it could not be had … */
    const char *why; /* … and why: static */
    char hash[HASH_TEXT_SIZE];
    struct image_stamp stamp;
    bool is_vouched;
    unsigned references; /* like everything below, under the room's mutex */
    uint64_t used;       /* when it was used last, by the room's count */
};

/* The hash cache that the room was opened with; borrowed. */
struct digest *ancestors_digest(const struct ancestors *ancestors);

/* Takes the process in every case. KC_BUSY: CHAIN_PINS_MAX. Give back with ancestor_release(). */
KC_MUST_USE enum kc_error ancestor_new(struct ancestors *ancestors, struct process **take_process,
                                       struct ancestor **ret_ancestor);
void ancestor_release(struct ancestors *ancestors, struct ancestor *ancestor); /* accepts NULL */

/* From now on others may get it, too. Only with an image whose stamp is settled. */
void ancestor_keep(struct ancestors *ancestors, struct ancestor *ancestor);

/* The kept parent of a process, by its number, with the file that it had; NULL: pin it. Whether it
 * still is what it was is for who walks to check, at the end and for all. */
struct ancestor *ancestor_above(struct ancestors *ancestors, const struct process *child);

/* Others don't get it any more. The caller has a reference of its own. */
void ancestor_forget(struct ancestors *ancestors, struct ancestor *ancestor);

/* One walk under way. */
struct climb {
    const struct chain_walk *walk;
    uint64_t deadline_ms;  /* for the reading of files */
    uint64_t scripts_left; /* bytes of scripts that may still be read */
    struct chain *chain;
};

/* Whether an error ends the walk, or begins it anew, rather than to make one process unknown. */
bool climb_is_over(enum kc_error error);

/* Fills what is known of the program file of a process that was just pinned; whether it still runs
 * that is checked at the end. KC_AGAIN: it must be read · KC_END: it has ended · KC_NO_MEMORY.
 * Every other error is in ancestor->why, and the process is unknown. */
KC_MUST_USE enum kc_error ancestor_read(const struct climb *climb, struct ancestor *ancestor);

/* Fills a zeroed link. The same errors, but an unknown process is KC_OK here. */
KC_MUST_USE enum kc_error link_describe(struct climb *climb, const struct ancestor *ancestor,
                                        struct chain_link *link);

#endif
