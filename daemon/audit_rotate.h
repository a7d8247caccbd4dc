/* SPDX-License-Identifier: MIT */
/* Closes the file that is written and begins the next one, without a moment at which a crash
 * loses a record. Under the lock of all writers. */
#ifndef AUDIT_ROTATE_H
#define AUDIT_ROTATE_H

#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct audit_head;
struct audit_writer;
struct file_log;

/*
 * `head` is the end of `path`, and is afterwards the end of the new file there, which holds one
 * record, "log_rotated". KC_UNSUPPORTED, KC_TOO_BIG and all others: `path` is the file that it
 * was; `head` is untouched.
 */
KC_MUST_USE enum kc_error audit_rotate(const char *path, const struct audit_writer *writer,
                                       struct audit_head *head);

/* When the first record of a log was written, as it says itself; 0: there is none. KC_NO_MEMORY ·
 * KC_IO. */
KC_MUST_USE enum kc_error audit_begun(const struct file_log *log, int64_t *ret_begun_us);

#endif
