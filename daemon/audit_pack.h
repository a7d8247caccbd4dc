/* SPDX-License-Identifier: MIT */
/* Packs the closed files of a record, while it is written. Any thread. */
#ifndef AUDIT_PACK_H
#define AUDIT_PACK_H

#include <stdatomic.h>
#include <stdbool.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

/*
 * Packs all of them. A file goes only when its packed copy is durable and unpacks to the
 * same bytes; where a crash left both, the copy is made anew. KC_BUSY: `is_stopping`, which may be
 * NULL, became true. Only one at a time for a record.
 */
KC_MUST_USE enum kc_error audit_pack_all(const char *path, const atomic_bool *is_stopping);

#endif
