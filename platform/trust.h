/* SPDX-License-Identifier: MIT */
/*
 * Whether others could put another file in the place of this one. Advice for people who
 * register a program; the daemon itself never relies on it.
 */
#ifndef PLATFORM_TRUST_H
#define PLATFORM_TRUST_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

/*
 * Looks at an absolute path and every directory on the way to it.
 * KC_UNSAFE  one of them belongs to somebody else than us and the administrator, or group or
 *            others may write to it (a directory with the sticky bit passes): `ret_where` is
 *            that path, cut at `size`, and `ret_why` says which, static
 * KC_NOT_FOUND · KC_INVALID not absolute, or longer than `size`
 */
KC_MUST_USE enum kc_error trust_check_path(const char *path, char *ret_where, size_t size,
                                           const char **ret_why);

/* Whether a file or a directory of ours, itself, is as it was made: not a link, ours, and for
 * nobody else to write to (TRUST_SHOWN) or even to read (TRUST_HIDDEN). KC_UNSAFE, and
 * `ret_why`, static · KC_NOT_FOUND · KC_IO. */
enum trust_privacy { TRUST_SHOWN, TRUST_HIDDEN };
KC_MUST_USE enum kc_error trust_check_own(const char *path, enum trust_privacy privacy,
                                          const char **ret_why);

/* Whether we may execute the file now. */
bool trust_may_execute(const char *path);

#endif
