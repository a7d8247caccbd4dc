/* SPDX-License-Identifier: MIT */
/* A moment as people write it: so long ago, or a time. Pure. */
#ifndef SINCE_H
#define SINCE_H

#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

#define SINCE_DAYS_MAX 36500

/* "2h" before `now_us` (duration.h, at most SINCE_DAYS_MAX), or RFC 3339 in UTC, which may be later
 * than that. KC_INVALID. */
KC_MUST_USE enum kc_error since_parse(const char *text, int64_t now_us, int64_t *ret_since_us);

#endif
