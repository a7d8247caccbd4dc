/* SPDX-License-Identifier: MIT */
/*
 * One grant: a service, or a service, "/" and a glob for the target. In the service part %2F %2C
 * and %25 stand for / , and %, and nothing else is encoded, so a service has exactly one
 * spelling and grants may be compared as text. Pure.
 */
#ifndef GRANT_H
#define GRANT_H

#include <stdbool.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

/* The longest spelling of a service, and a NUL. */
#define GRANT_SERVICE_SIZE (3 * KC_SERVICE_MAX + 1)

/* KC_INVALID: an empty part, a control character, a comma or another %XX in the service part.
 * KC_TOO_BIG: a part is longer than protocol.h allows. */
KC_MUST_USE enum kc_error grant_check(const char *grant);

/* The grant (checked before) covers `target` exactly, or everything that begins with it. */
bool grant_covers(const char *grant, const char *service, const char *target, enum kc_match match);

/* The spelling of a service of at most KC_SERVICE_MAX bytes. Returns `ret_text`. */
char *grant_write_service(const char *service, char ret_text[GRANT_SERVICE_SIZE]);

#endif
