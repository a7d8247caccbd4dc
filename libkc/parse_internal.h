/* SPDX-License-Identifier: MIT */
/* What the files of the room `parse` share. */
#ifndef KC_PARSE_INTERNAL_H
#define KC_PARSE_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

/* The bytes of the character at the front (1..4), or 0 when they aren't well-formed UTF-8 or
 * there are none. */
size_t parse_character(const void *bytes, size_t length, uint32_t *ret_character);

#endif
