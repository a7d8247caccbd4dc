/* SPDX-License-Identifier: MIT */
/* Text with references (kcget/refs.h): what it wants, and what it becomes. */
#ifndef KCGET_EXPAND_H
#define KCGET_EXPAND_H

#include <stddef.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct gather;
struct secret;

/* Notes every reference. KC_INVALID, KC_TOO_BIG: `why` says what is wrong and, when the text has
 * several lines, in which one. */
KC_MUST_USE enum kc_error expand_want(const char *text, size_t length, struct gather *gather,
                                      char why[KC_MESSAGE_MAX]);

/* Appends the text with the values in the places of the references; byte for byte, nothing is
 * escaped. All of them were fetched. KC_TOO_BIG: `text_so_far` would be longer than `limit`. */
KC_MUST_USE enum kc_error expand_write(const char *text, size_t length, const struct gather *gather,
                                       size_t limit, struct secret *text_so_far);

#endif
