/* SPDX-License-Identifier: MIT */
/*
 * Whether a record still holds what was its end once: the line behind which its file had that
 * length. The file may have got a number since, and been packed.
 */
#ifndef AUDIT_HEAD_H
#define AUDIT_HEAD_H

#include <stdint.h>

#include "daemon/audit_chain.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct file_log;

struct audit_head {
    struct audit_place place; /* the last record */
    uint64_t size;            /* of its file, when that was its last */
};

/* KC_CHANGED: it was cut off, or written anew. What was appended since doesn't matter. */
KC_MUST_USE enum kc_error audit_head_check(const struct file_log *log,
                                           const struct audit_head *head);

/* The same for a record, of which that is the file that is written. */
KC_MUST_USE enum kc_error audit_head_check_file(const char *path, const struct audit_head *head);

#endif
