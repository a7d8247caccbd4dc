/* SPDX-License-Identifier: MIT */
/*
 * The right to edit a file that daemon and commands share: held while it is read, changed and
 * replaced, so that nobody's change is lost. The lock is a file beside it, `path`.lock,
 * because the file itself is another one after each replacement.
 */
#ifndef EDIT_LOCK_H
#define EDIT_LOCK_H

#include "platform/attr.h"
#include "platform/file.h"
#include "platform/kc_error.h"

#define EDIT_LOCK_WAIT_MS 5000 /* for a command, which a person waits for */

/* Makes the directory of `path` (absolute) when it is missing, and takes away what an edit that
 * crashed left beside it. KC_BUSY: somebody else has held it for `wait_ms` · KC_UNSAFE: the
 * directory isn't ours alone. */
KC_MUST_USE enum kc_error edit_lock_take(const char *path, unsigned wait_ms,
                                         struct file_lock **ret_lock);

#endif
