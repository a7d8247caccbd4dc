/* SPDX-License-Identifier: MIT */
/*
 * The SHA-256 of a program file: remembered while the file can't have changed, else computed
 * on workers, within a size and a time. Loop thread, except digest_compute().
 */
#ifndef DIGEST_H
#define DIGEST_H

#include <stdatomic.h>

#include "daemon/exchange.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct digest;
struct image;
struct uv_loop_s;

#define DIGEST_SIZE_MAX    (UINT64_C(512) * 1024 * 1024) /* bytes of a program file */
#define DIGEST_TIME_MAX_MS UINT64_C(10000)               /* for one file */
#define DIGEST_WAITING_MAX 256                           /* files that wait to be hashed */

/*
 * Reads the whole file, on any thread. KC_TOO_BIG: over DIGEST_SIZE_MAX. KC_TIMEOUT: it took
 * longer than DIGEST_TIME_MAX_MS. KC_CHANGED: it changed while it was read. KC_END: `cancel`
 * (may be NULL) became true.
 */
KC_MUST_USE enum kc_error digest_compute(const struct image *image, const atomic_bool *cancel,
                                         char ret_hash[HASH_TEXT_SIZE]);

KC_MUST_USE enum kc_error digest_open(struct uv_loop_s *loop, struct digest **ret_digest);
void digest_close(struct digest *digest); /* accepts NULL; frees itself on the loop */

/* One hashing, embedded in whoever waits for it; must stay until `done` was called. */
struct digest_job {
    struct job job;
    struct digest *digest;
    struct image *image; /* lent; the caller frees it after `done` */
    atomic_bool cancel;  /* set it to end the hashing early */
    enum kc_error error;
    char hash[HASH_TEXT_SIZE]; /* when error is KC_OK */
    void (*done)(struct digest_job *digest_job);
};

/* KC_OK: `digest_job->hash` was remembered, `done` isn't called. KC_AGAIN: `done` will be.
 * KC_BUSY · KC_TOO_BIG, or why the file can't be looked at. */
KC_MUST_USE enum kc_error digest_image(struct digest *digest, struct digest_job *digest_job);

#endif
