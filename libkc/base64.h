/* SPDX-License-Identifier: MIT */
/*
 * Base64 (RFC 4648, section 4: the standard alphabet, padded, no line breaks). Ours because
 * kcget links no crypto library and jansson has none. Table-free where a secret bit would
 * choose the cache line. Pure.
 */
#ifndef KC_BASE64_H
#define KC_BASE64_H

#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

/* Without the NUL; a multiple of 4. */
size_t base64_encoded_length(size_t length);
/* Writes base64_encoded_length() characters and a NUL. */
void base64_encode(const unsigned char *bytes, size_t length, char *ret_text);
/* At most length / 4 * 3 bytes are written. KC_INVALID: any other form, also non-zero bits
 * behind the last byte. */
KC_MUST_USE enum kc_error base64_decode(const char *text, size_t length, unsigned char *ret_bytes,
                                        size_t *ret_length);

#endif
