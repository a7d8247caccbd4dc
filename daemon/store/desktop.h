/* SPDX-License-Identifier: MIT */
/*
 * What other programs put into the desktop's keyring (GNOME Keyring), for an import:
 * read, and deleted one by one. Items of our own are left out. One thread.
 *
 * KC_UNSUPPORTED built without libsecret · KC_LOCKED the person didn't unlock it · KC_IO nobody
 * answers, in time or with sense; `why` says it in a sentence.
 */
#ifndef STORE_DESKTOP_H
#define STORE_DESKTOP_H

#include <stddef.h>
#include <stdint.h>

#include "libkc/attributes.h"
#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct desktop;
struct secret;

/* Lent to the visitor. */
struct desktop_item {
    const char *path; /* the keyring's name for it */
    const char *label;
    const char *collection;   /* its label; "" where new items go by themselves */
    const char *content_type; /* "" unknown */
    uint64_t created;         /* seconds since 1970; 0 unknown */
    uint64_t modified;
    const struct attributes *attributes;
    const struct secret *value;
};

KC_MUST_USE enum kc_error desktop_open(struct desktop **ret_desktop, char why[KC_MESSAGE_MAX]);
void desktop_free(struct desktop *desktop);

/* KC_INVALID, KC_TOO_BIG: passed over. Any other error ends the walk and is passed on. */
typedef enum kc_error desktop_visitor(const struct desktop_item *item, void *context);

/* Every item that has all attributes of `match`. `ret_passed_over`: those whose attributes or
 * value break the limits of protocol.h, and those that the visitor can't use. */
KC_MUST_USE enum kc_error desktop_read(struct desktop *desktop, const struct attributes *match,
                                       desktop_visitor *visit, void *context,
                                       size_t *ret_passed_over);

/* Deletes the item if it is still the one that was read. KC_NOT_FOUND it is gone · KC_CHANGED it
 * has another value now, and stays. */
KC_MUST_USE enum kc_error desktop_delete(struct desktop *desktop, const char *path,
                                         const struct secret *value);

/* What the last failure was, for people; "" when there was none. Borrowed. */
const char *desktop_trouble(const struct desktop *desktop);

KC_AUTO_DEFINE(desktop)

#endif
