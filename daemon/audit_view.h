/* SPDX-License-Identifier: MIT */
/* One line of the record, looked at field by field; whatever JSON it is. Pure. */
#ifndef AUDIT_VIEW_H
#define AUDIT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/audit_scan.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct json_t; /* jansson's */

struct audit_view {
    struct audit_slice fields[AUDIT_FIELD_COUNT];
    struct json_t *document; /* NULL as long as it isn't needed */
    const char *line;
    size_t length;
};

/* `line` is lent until _close. KC_DAMAGED: it isn't a JSON object. */
KC_MUST_USE enum kc_error audit_view_open(struct audit_view *view, const char *line, size_t length);
void audit_view_close(struct audit_view *view);

/* Before texts are looked at whose absence means something: KC_NO_MEMORY where a text couldn't be
 * unescaped. */
KC_MUST_USE enum kc_error audit_view_unescape(struct audit_view *view);

/* A text, without a NUL behind it and with everything unescaped; "" where the field isn't there,
 * isn't a text, or there is no memory to unescape it. Borrowed until _close. */
struct audit_slice audit_view_text(struct audit_view *view, enum audit_field field);
bool audit_view_is(struct audit_view *view, enum audit_field field, const char *text);
/* With its NUL. False: there is none, or it takes more than `size`. */
bool audit_view_copy(struct audit_view *view, enum audit_field field, char *ret_text, size_t size);

/* A whole number that isn't negative, at most 2^53. */
bool audit_view_number(const struct audit_view *view, enum audit_field field, uint64_t *ret_number);

/* All of the line as a tree; NULL: no memory. Borrowed until _close. */
const struct json_t *audit_view_document(struct audit_view *view);

#endif
