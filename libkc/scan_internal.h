/* SPDX-License-Identifier: MIT */
/* What the parts of the room `scan` share. */
#ifndef KC_SCAN_INTERNAL_H
#define KC_SCAN_INTERNAL_H

#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

/* The bytes between the quotes of a string: UTF-8, without control characters. */
struct span {
    const char *bytes;
    size_t length;
};

/* `bytes` has room for span->length: decoding never makes it longer. KC_INVALID: an escape that is
 * none, or half a pair of surrogates. */
KC_MUST_USE enum kc_error scan_decode(const struct span *span, unsigned char *bytes,
                                      size_t *ret_length);

#endif
