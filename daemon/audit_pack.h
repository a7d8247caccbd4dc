/* SPDX-License-Identifier: MIT */
/* Packs the closed files of a record, on a thread of its own: it takes a second or so, and nobody
 * waits for it. */
#ifndef AUDIT_PACK_H
#define AUDIT_PACK_H

#include <stdatomic.h>
#include <stdbool.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct audit_packer;

KC_MUST_USE enum kc_error audit_packer_new(const char *path, struct audit_packer **ret_packer);

/* Somebody closed a file. Any thread; NULL: nobody packs. */
void audit_packer_wake(struct audit_packer *packer);

/* Gives up what is under way, which loses nothing, and waits for the thread. */
void audit_packer_free(struct audit_packer *packer);

/*
 * Packs all of them, now. A file goes only when its packed copy is durable and unpacks to the
 * same bytes; where a crash left both, the copy is made anew. KC_BUSY: `is_stopping`, which may be
 * NULL, became true. Only one at a time for a record.
 */
KC_MUST_USE enum kc_error audit_pack_all(const char *path, const atomic_bool *is_stopping);

KC_AUTO_DEFINE(audit_packer)

#endif
