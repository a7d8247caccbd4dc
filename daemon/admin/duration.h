/* SPDX-License-Identifier: MIT */
/* A time as people write it: a number and s, m, h or d. Pure. */
#ifndef DURATION_H
#define DURATION_H

#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

/* At least 1 s. KC_INVALID. */
KC_MUST_USE enum kc_error duration_parse(const char *text, uint64_t max_s, uint64_t *ret_s);

#endif
