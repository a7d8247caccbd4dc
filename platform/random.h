/* SPDX-License-Identifier: MIT */
/* Random bytes that are fit for keys, from the system itself. */
#ifndef PLATFORM_RANDOM_H
#define PLATFORM_RANDOM_H

#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

/* Fills all of it; any thread, and no state that a fork could double. KC_INTERNAL: the system has
 * none, which may end only at a boot. */
KC_MUST_USE enum kc_error random_fill(void *buffer, size_t size);

#endif
