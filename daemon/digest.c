/* SPDX-License-Identifier: MIT */
/*
 * Hash cache and hashing. The cache is keyed by everything that changes when the bytes may
 * have (platform/process.h, image_stamp) and only trusted for files that have been still for a
 * while; libcrypto does the arithmetic.
 */
#include "daemon/digest.h"

#include "daemon/worker.h"
#include "libkc/parse.h"
#include "platform/clock.h"
#include "platform/process.h"

#include <openssl/evp.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_SLOTS  1024 /* a power of two; a collision costs one hashing */
#define CHUNK_SIZE   (256 * 1024)
#define HASH_THREADS 2

struct remembered {
    struct image_stamp stamp; /* `settled` false: the slot is empty */
    char hash[HASH_TEXT_SIZE];
};

struct digest {
    struct worker *worker;
    struct remembered slots[CACHE_SLOTS];
};

static struct remembered *digest_slot(struct digest *digest, const struct image_stamp *stamp) {
    uint64_t mixed = 0;
    for (size_t i = 0; i < sizeof stamp->words / sizeof stamp->words[0]; i++) {
        mixed = (mixed ^ stamp->words[i]) * UINT64_C(0x9e3779b97f4a7c15);
        mixed ^= mixed >> 32;
    }
    return &digest->slots[mixed % CACHE_SLOTS];
}

static bool stamp_equal(const struct image_stamp *one, const struct image_stamp *other) {
    return memcmp(one->words, other->words, sizeof one->words) == 0;
}

static enum kc_error hash_chunks(const struct image *image, const atomic_bool *cancel,
                                 EVP_MD_CTX *context, unsigned char *chunk) {
    uint64_t deadline = clock_monotonic_ms() + DIGEST_TIME_MAX_MS;
    uint64_t offset = 0;
    for (;;) {
        if (cancel != NULL && atomic_load(cancel)) {
            return KC_END;
        }
        if (clock_monotonic_ms() > deadline) {
            return KC_TIMEOUT;
        }
        size_t length = 0;
        enum kc_error error = image_read(image, offset, chunk, CHUNK_SIZE, &length);
        if (error != KC_OK || length == 0) {
            return error;
        }
        offset += length;
        if (offset > DIGEST_SIZE_MAX) {
            return KC_TOO_BIG; /* it grew while we read */
        }
        if (EVP_DigestUpdate(context, chunk, length) != 1) {
            return KC_INTERNAL;
        }
    }
}

static enum kc_error hash_image(const struct image *image, const atomic_bool *cancel,
                                EVP_MD_CTX *context, char ret_hash[HASH_TEXT_SIZE]) {
    unsigned char *chunk = malloc(CHUNK_SIZE);
    if (chunk == NULL) {
        return KC_NO_MEMORY;
    }
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    enum kc_error error = KC_INTERNAL;
    if (EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1) {
        error = hash_chunks(image, cancel, context, chunk);
    }
    free(chunk);
    if (error == KC_OK && EVP_DigestFinal_ex(context, hash, &length) != 1) {
        error = KC_INTERNAL;
    }
    if (error == KC_OK) {
        parse_write_hex(hash, length, ret_hash);
    }
    return error;
}

enum kc_error digest_compute(const struct image *image, const atomic_bool *cancel,
                             char ret_hash[HASH_TEXT_SIZE]) {
    struct image_stamp before;
    struct image_stamp after;
    enum kc_error error = image_stamp(image, &before);
    if (error != KC_OK) {
        return error;
    }
    if (image_size(image) > DIGEST_SIZE_MAX) {
        return KC_TOO_BIG;
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL) {
        return KC_NO_MEMORY;
    }
    char hash[HASH_TEXT_SIZE];
    error = hash_image(image, cancel, context, hash);
    EVP_MD_CTX_free(context);
    if (error == KC_OK) {
        error = image_stamp(image, &after);
    }
    if (error == KC_OK && !stamp_equal(&before, &after)) {
        error = KC_CHANGED;
    }
    if (error == KC_OK) {
        memcpy(ret_hash, hash, sizeof hash);
    }
    return error;
}

static void digest_run(struct job *first, void *context) {
    (void)context;
    struct digest_job *job = (struct digest_job *)first; /* `job` is its first member */
    job->error = digest_compute(job->image, &job->cancel, job->hash);
}

static void digest_remember(struct digest_job *job) {
    struct image_stamp stamp;
    if (image_stamp(job->image, &stamp) == KC_OK && stamp.settled) {
        struct remembered *slot = digest_slot(job->digest, &stamp);
        slot->stamp = stamp;
        memcpy(slot->hash, job->hash, sizeof slot->hash);
    }
}

static void digest_done(struct job *first) {
    struct digest_job *job = (struct digest_job *)first;
    if (job->error == KC_OK) {
        digest_remember(job);
    }
    job->done(job);
}

enum kc_error digest_open(struct uv_loop_s *loop, struct digest **ret_digest) {
    struct digest *digest = calloc(1, sizeof *digest);
    if (digest == NULL) {
        return KC_NO_MEMORY;
    }
    const struct worker_plan plan = {
        .threads = HASH_THREADS,
        .bound = DIGEST_WAITING_MAX,
        .takes_all = false,
        .run = digest_run,
    };
    enum kc_error error = worker_open(loop, &plan, &digest->worker);
    if (error != KC_OK) {
        free(digest);
        return error;
    }
    *ret_digest = digest;
    return KC_OK;
}

void digest_close(struct digest *digest) {
    if (digest == NULL) {
        return;
    }
    worker_close(digest->worker);
    free(digest);
}

enum kc_error digest_image(struct digest *digest, struct digest_job *digest_job) {
    struct image_stamp stamp;
    enum kc_error error = image_stamp(digest_job->image, &stamp);
    if (error != KC_OK) {
        return error;
    }
    if (image_size(digest_job->image) > DIGEST_SIZE_MAX) {
        return KC_TOO_BIG;
    }
    const struct remembered *slot = digest_slot(digest, &stamp);
    if (stamp.settled && slot->stamp.settled && stamp_equal(&slot->stamp, &stamp)) {
        memcpy(digest_job->hash, slot->hash, sizeof digest_job->hash);
        return KC_OK;
    }
    digest_job->digest = digest;
    digest_job->job.done = digest_done;
    atomic_init(&digest_job->cancel, false);
    error = worker_submit(digest->worker, &digest_job->job);
    return error == KC_OK ? KC_AGAIN : error;
}
