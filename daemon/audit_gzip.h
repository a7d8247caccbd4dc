/* SPDX-License-Identifier: MIT */
/*
 * Old files of the record, made smaller: one gzip member (RFC 1952), which zcat(1) reads as well.
 * Pure: bytes in, bytes out, in pieces, with fixed memory. Nothing is proven here: what was
 * unpacked is as good as the chain in it.
 */
#ifndef AUDIT_GZIP_H
#define AUDIT_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

enum audit_gzip_way { AUDIT_PACK, AUDIT_UNPACK };

/* What unpacks to more wasn't packed by us (AUDIT_ROTATE_BYTES_MAX, and one batch): 512 MiB. */
#define AUDIT_UNPACKED_MAX ((uint64_t)512 * 1024 * 1024)

struct audit_gzip;

KC_MUST_USE enum kc_error audit_gzip_new(enum audit_gzip_way way, struct audit_gzip **ret_gzip);
void audit_gzip_free(struct audit_gzip *gzip);

/* The next bytes that go in, lent until they are used up. `is_last`: there are no more. */
void audit_gzip_feed(struct audit_gzip *gzip, const void *bytes, size_t length, bool is_last);

/*
 * The next bytes that come out; at least one. KC_AGAIN: feed it first · KC_END: that was all ·
 * KC_DAMAGED: this isn't one whole member, and nothing behind it · KC_TOO_BIG: it is longer than
 * AUDIT_UNPACKED_MAX.
 */
KC_MUST_USE enum kc_error audit_gzip_take(struct audit_gzip *gzip, void *buffer, size_t size,
                                          size_t *ret_length);

KC_AUTO_DEFINE(audit_gzip)

#endif
