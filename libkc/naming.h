/* SPDX-License-Identifier: MIT */
/*
 * What an item of the Secret Service is called here. There it has no name, only attributes; here
 * it needs a service and a target, which policies and people read. So the service is the
 * schema (`xdg:schema`), and the target is everything else, sorted by name:
 * `protocol=https&server=github.com&user=bob`. Used by the import and by the shim, which must
 * find what the import brought. Pure.
 */
#ifndef KC_NAMING_H
#define KC_NAMING_H

#include <stddef.h>

#include "libkc/attributes.h"
#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

#define NAMING_SCHEMA  "xdg:schema"
#define NAMING_GENERIC "org.freedesktop.Secret.Generic"
/* Attributes that begin so are ours, and never the program's. */
#define NAMING_OWN     "kc:"

/* The schema, or NAMING_GENERIC. Borrowed from the attributes, or static. */
const char *naming_service(const struct attributes *attributes);

/*
 * `name=value&name=value`; bytes up to 0x20, 0x7f, C1 controls (which no target may have) and
 * % & = # are written %XX. The schema and our own attributes are left out. An item without
 * any other attribute is named by its label: `kc:label=LABEL`. `twin` 2 and more is written
 * behind a `#`: another item with the same attributes. KC_TOO_BIG: over KC_TARGET_MAX.
 */
KC_MUST_USE enum kc_error naming_target(const struct attributes *attributes, const char *label,
                                        unsigned twin, char ret_target[KC_TARGET_MAX + 1]);

/* The other way. `ret_attributes` is overwritten, and gets neither schema nor label; `ret_twin` is
 * 1 when none is written. KC_INVALID: naming_target() never writes that, so somebody chose the
 * target by hand. */
KC_MUST_USE enum kc_error naming_read_target(const char *target, struct attributes *ret_attributes,
                                             unsigned *ret_twin);

/* How many bytes of a target are its name without the twin's number. */
size_t naming_base_length(const char *target);

#endif
