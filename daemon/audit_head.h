/* SPDX-License-Identifier: MIT */
/* Whether a log still holds what was its end once: the record behind which it had that length. */
#ifndef AUDIT_HEAD_H
#define AUDIT_HEAD_H

#include <stdint.h>

#include "daemon/audit_chain.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct file_log;

struct audit_head {
    struct audit_place place; /* the last record */
    uint64_t size;            /* of the log, when that was its last */
};

/* KC_CHANGED: it was cut off, or written anew. What was appended since doesn't matter. */
KC_MUST_USE enum kc_error audit_head_check(const struct file_log *log,
                                           const struct audit_head *head);

/* The same for the file of that name. */
KC_MUST_USE enum kc_error audit_head_check_file(const char *path, const struct audit_head *head);

#endif
