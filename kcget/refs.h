/* SPDX-License-Identifier: MIT */
/*
 * References to secrets in text: kc://SERVICE/TARGET. Pure; no memory but the caller's.
 *
 * Bare, a reference is as long as its letters, digits and "-._~/%" go, so that it ends at a quote,
 * a blank, a comma or an "@". In braces, {{kc://SERVICE/TARGET}}, blanks inside of the braces
 * allowed, everything up to the braces' end belongs to it. In both the service ends at the first
 * "/", "%" and two hex digits stand for a byte, and a "%" for nothing else. A scheme that only ends
 * in "kc://" ("mykc://") isn't ours. {{kc://}} is how the text kc:// itself is written; whatever
 * else begins as a reference and isn't one is an error: it was meant as one.
 */
#ifndef KCGET_REFS_H
#define KCGET_REFS_H

#include <stdbool.h>
#include <stddef.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

/* Both are valid names of the protocol. */
struct ref {
    char service[KC_SERVICE_MAX + 1];
    char target[KC_TARGET_MAX + 1];
};

/* Where a reference stands: text[start] to text[end - 1], braces included. */
struct ref_place {
    size_t start;
    size_t end;
    bool is_text; /* {{kc://}}: the text kc:// stands here; `ref` is empty */
    struct ref ref;
};

/* The first reference at or behind `from`. KC_NOT_FOUND: there is none. KC_INVALID: `why` says what
 * is wrong, and `ret_place->start` where. */
KC_MUST_USE enum kc_error refs_next(const char *text, size_t length, size_t from,
                                    struct ref_place *ret_place, char why[KC_MESSAGE_MAX]);

/* The whole text is SERVICE/TARGET, as a person writes it: the service ends at the first "/", and a
 * "%" is a "%". Or it is one kc:// reference. KC_INVALID: `why`. */
KC_MUST_USE enum kc_error refs_parse(const char *text, struct ref *ret_ref,
                                     char why[KC_MESSAGE_MAX]);

bool refs_equal(const struct ref *one, const struct ref *other);

#endif
