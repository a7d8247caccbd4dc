/* SPDX-License-Identifier: MIT */
/*
 * Reads JSON (RFC 8259) member by member, without a tree: what a client needs of an answer goes
 * straight to where it belongs, and a value into a secret. The library that others link reads
 * with this; a JSON library of its own would share that one's settings with their program.
 * Borrowed text, no other state; any thread.
 *
 * KC_INVALID everywhere: it isn't JSON, or not of the kind that was asked for. After it the scan is
 * of no use. What is repeated in an object is for the visitor to notice.
 */
#ifndef KC_SCAN_H
#define KC_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

#define SCAN_DEPTH_MAX 64 /* objects and arrays in each other */

struct secret;

struct scan {
    const char *at;
    const char *end;
    unsigned depth;
};

/* KC_INVALID: the text isn't UTF-8. */
KC_MUST_USE enum kc_error scan_begin(struct scan *scan, const char *text, size_t length);
/* Nothing but blanks is left. */
KC_MUST_USE enum kc_error scan_end(struct scan *scan);

/* Called with the scan at the member's value, which it has to consume. Any other answer than KC_OK
 * ends the walk and is passed on. */
typedef enum kc_error scan_member(struct scan *scan, const char *name, void *context);
KC_MUST_USE enum kc_error scan_object(struct scan *scan, scan_member *visit, void *context);
typedef enum kc_error scan_element(struct scan *scan, void *context);
KC_MUST_USE enum kc_error scan_array(struct scan *scan, scan_element *visit, void *context);

/* A string without NUL: a copy, free() it; or into a buffer that it must fit into. */
KC_MUST_USE enum kc_error scan_text(struct scan *scan, char **ret_text);
KC_MUST_USE enum kc_error scan_word(struct scan *scan, char *buffer, size_t size);
/* Any string. */
KC_MUST_USE enum kc_error scan_secret(struct scan *scan, struct secret **ret_secret);
/* A number without fraction and exponent. */
KC_MUST_USE enum kc_error scan_integer(struct scan *scan, int64_t *ret_number);

/* Passes over any value. */
KC_MUST_USE enum kc_error scan_skip(struct scan *scan);

#endif
