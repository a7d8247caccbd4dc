/* SPDX-License-Identifier: MIT */
/*
 * The SHA-256 of a program file, within a size and a time, and remembered while the file can't
 * have changed. Any thread; may read a whole file, so workers only, except where it says
 * otherwise.
 */
#ifndef DIGEST_H
#define DIGEST_H

#include <stdatomic.h>
#include <stdbool.h>

#include "daemon/exchange.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct digest;
struct image;
struct image_stamp;

#define DIGEST_SIZE_MAX    (UINT64_C(512) * 1024 * 1024) /* bytes of a program file */
#define DIGEST_NOW_MAX     (UINT64_C(64) * 1024)         /* bytes of a file that isn't waited for */
#define DIGEST_TIME_MAX_MS UINT64_C(10000)               /* for one file */

/*
 * Reads the whole file. KC_TOO_BIG: over DIGEST_SIZE_MAX. KC_TIMEOUT: it took longer than
 * DIGEST_TIME_MAX_MS. KC_CHANGED: it changed while it was read. KC_END: `cancel` (may be
 * NULL) became true. No more is read than the file had when it was opened.
 */
KC_MUST_USE enum kc_error digest_compute(const struct image *image, const atomic_bool *cancel,
                                         char ret_hash[HASH_TEXT_SIZE]);

/* The same of a small file that is in memory (image_read_now()), for threads that must not wait.
 * KC_AGAIN: it isn't such a one. At most ~0.1 ms. */
KC_MUST_USE enum kc_error digest_compute_now(const struct image *image,
                                             char ret_hash[HASH_TEXT_SIZE]);

KC_MUST_USE enum kc_error digest_new(struct digest **ret_digest);
void digest_free(struct digest *digest);

/* Whether the hash of this very file is remembered; reads nothing but its stamp. */
bool digest_recall(struct digest *digest, const struct image *image, char ret_hash[HASH_TEXT_SIZE]);
/* The same for a file that had this stamp; reads nothing at all. */
bool digest_recall_stamped(struct digest *digest, const struct image_stamp *stamp,
                           char ret_hash[HASH_TEXT_SIZE]);

/* Recalls or computes, and remembers. As digest_compute(). */
KC_MUST_USE enum kc_error digest_image(struct digest *digest, const struct image *image,
                                       const atomic_bool *cancel, char ret_hash[HASH_TEXT_SIZE]);

KC_AUTO_DEFINE(digest)

#endif
