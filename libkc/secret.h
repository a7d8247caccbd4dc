/* SPDX-License-Identifier: MIT */
/*
 * Bytes that must not be seen: a value, a line that carries one, a key. They live in
 * platform/secmem.h's pages, are wiped on free, and there is no function that prints them.
 * Not shared between threads without a hand-over.
 */
#ifndef KC_SECRET_H
#define KC_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct secret;

/* `capacity` zeroed bytes, length 0. */
KC_MUST_USE enum kc_error secret_new(size_t capacity, struct secret **ret_secret);
/* A copy of `bytes`, which stay the caller's to wipe. */
KC_MUST_USE enum kc_error secret_new_copy(const void *bytes, size_t length,
                                          struct secret **ret_secret);
void secret_free(struct secret *secret);

/* The bytes: as many as the length to read, as many as the capacity to write. A NUL follows
 * the last byte of the length as long as there is capacity for it. */
unsigned char *secret_bytes(struct secret *secret);
const unsigned char *secret_view(const struct secret *secret);
size_t secret_length(const struct secret *secret);
size_t secret_capacity(const struct secret *secret);

/* `length` is at most the capacity (our own mistake otherwise); bytes past it are wiped. */
void secret_set_length(struct secret *secret, size_t length);

/* Appends; moves to larger pages when needed (the old ones are wiped), never past `limit`.
 * KC_TOO_BIG. */
KC_MUST_USE enum kc_error secret_append(struct secret *secret, const void *bytes, size_t length,
                                        size_t limit);

/* In time that depends on the lengths only. */
bool secret_equal(const struct secret *one, const struct secret *other);

KC_AUTO_DEFINE(secret)

#endif
