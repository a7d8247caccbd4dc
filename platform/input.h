/* SPDX-License-Identifier: MIT */
/* A line from a descriptor that somebody opened for us. */
#ifndef PLATFORM_INPUT_H
#define PLATFORM_INPUT_H

#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

/*
 * Reads up to a newline, which isn't part of the answer, or to the end; not a byte further, so
 * that the next call, or another program, gets the next line. Blocks.
 * KC_INVALID there is no such descriptor · KC_END nothing is left · KC_TOO_BIG the line is longer
 * than `size`, which is then wiped.
 */
KC_MUST_USE enum kc_error input_read_line(unsigned number, char *buffer, size_t size,
                                          size_t *ret_length);

#endif
