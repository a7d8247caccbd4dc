/* SPDX-License-Identifier: MIT */
/*
 * Hash cache and hashing. The cache is keyed by everything that changes when the bytes may
 * have (platform/process.h, image_stamp) and only trusted for files that have been still for a
 * while; libcrypto does the arithmetic.
 */
#include "daemon/digest.h"

#include "libkc/parse.h"
#include "platform/check.h"
#include "platform/clock.h"
#include "platform/process.h"

#include <openssl/evp.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

/* A file has the slots of one set. With one slot a file, two that are asked for in turns and meet
 * in it, git and its shell for instance, were hashed each time. */
#define CACHE_SETS 128 /* a power of two */
#define CACHE_WAYS 8
#define CHUNK_SIZE (256 * 1024)

struct remembered {
    struct image_stamp stamp; /* `settled` false: the slot is empty */
    uint64_t used;            /* at which turn last; the one used longest ago gives way */
    char hash[HASH_TEXT_SIZE];
};

struct digest {
    mtx_t mutex;
    uint64_t turn;                                   /* under the mutex, as are: */
    struct remembered slots[CACHE_SETS][CACHE_WAYS]; /* zeroed: all empty */
};

static struct remembered *digest_set(struct digest *digest, const struct image_stamp *stamp) {
    uint64_t mixed = 0;
    for (size_t i = 0; i < sizeof stamp->words / sizeof stamp->words[0]; i++) {
        mixed = (mixed ^ stamp->words[i]) * UINT64_C(0x9e3779b97f4a7c15);
        mixed ^= mixed >> 32;
    }
    return digest->slots[mixed % CACHE_SETS];
}

static bool stamp_equal(const struct image_stamp *one, const struct image_stamp *other) {
    return memcmp(one->words, other->words, sizeof one->words) == 0;
}

/* Where the file is remembered; `ret_spare`: where it could be, if it isn't. */
static struct remembered *digest_find(struct digest *digest, const struct image_stamp *stamp,
                                      struct remembered **ret_spare) {
    struct remembered *set = digest_set(digest, stamp);
    struct remembered *spare = set;
    for (size_t i = 0; i < CACHE_WAYS; i++) {
        if (set[i].stamp.settled && stamp_equal(&set[i].stamp, stamp)) {
            set[i].used = ++digest->turn;
            return &set[i];
        }
        if (set[i].used < spare->used) {
            spare = &set[i];
        }
    }
    *ret_spare = spare;
    return NULL;
}

/* One file that is read, and how. */
struct reading {
    const struct image *image;
    const atomic_bool *cancel; /* NULL: nobody will */
    enum kc_error (*read)(const struct image *image, uint64_t offset, void *buffer, size_t size,
                          size_t *ret_length);
    size_t chunk_size;
};

static enum kc_error hash_chunks(const struct reading *reading, EVP_MD_CTX *context,
                                 unsigned char *chunk) {
    uint64_t deadline = clock_monotonic_ms() + DIGEST_TIME_MAX_MS;
    uint64_t offset = 0;
    for (;;) {
        if (reading->cancel != NULL && atomic_load(reading->cancel)) {
            return KC_END;
        }
        if (clock_monotonic_ms() > deadline && check_is_on("image_time")) {
            return KC_TIMEOUT;
        }
        size_t length = 0;
        enum kc_error error =
            reading->read(reading->image, offset, chunk, reading->chunk_size, &length);
        if (error != KC_OK || length == 0) {
            return error;
        }
        offset += length;
        if (offset > image_size(reading->image)) {
            return KC_CHANGED; /* who writes to it could go on for ever */
        }
        if (EVP_DigestUpdate(context, chunk, length) != 1) {
            return KC_INTERNAL;
        }
    }
}

static enum kc_error hash_image(const struct reading *reading, EVP_MD_CTX *context,
                                char ret_hash[HASH_TEXT_SIZE]) {
    unsigned char *chunk = malloc(reading->chunk_size);
    if (chunk == NULL) {
        return KC_NO_MEMORY;
    }
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    enum kc_error error = KC_INTERNAL;
    if (EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1) {
        error = hash_chunks(reading, context, chunk);
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

/* Between two looks at its stamp. */
static enum kc_error hash_still(const struct reading *reading, char ret_hash[HASH_TEXT_SIZE]) {
    struct image_stamp before;
    struct image_stamp after;
    enum kc_error error = image_stamp(reading->image, &before);
    if (error != KC_OK) {
        return error;
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL) {
        return KC_NO_MEMORY;
    }
    char hash[HASH_TEXT_SIZE];
    error = hash_image(reading, context, hash);
    EVP_MD_CTX_free(context);
    if (error == KC_OK) {
        error = image_stamp(reading->image, &after);
    }
    if (error == KC_OK && !stamp_equal(&before, &after)) {
        error = KC_CHANGED;
    }
    if (error == KC_OK) {
        memcpy(ret_hash, hash, sizeof hash);
    }
    return error;
}

enum kc_error digest_compute(const struct image *image, const atomic_bool *cancel,
                             char ret_hash[HASH_TEXT_SIZE]) {
    const struct reading reading = {image, cancel, image_read, CHUNK_SIZE};
    if (image_size(image) > DIGEST_SIZE_MAX && check_is_on("image_size")) {
        return KC_TOO_BIG;
    }
    return hash_still(&reading, ret_hash);
}

enum kc_error digest_compute_now(const struct image *image, char ret_hash[HASH_TEXT_SIZE]) {
    const struct reading reading = {image, NULL, image_read_now, DIGEST_NOW_MAX};
    return image_size(image) > DIGEST_NOW_MAX ? KC_AGAIN : hash_still(&reading, ret_hash);
}

enum kc_error digest_new(struct digest **ret_digest) {
    struct digest *digest = calloc(1, sizeof *digest);
    if (digest == NULL) {
        return KC_NO_MEMORY;
    }
    if (mtx_init(&digest->mutex, mtx_plain) != thrd_success) {
        free(digest);
        return KC_NO_MEMORY;
    }
    *ret_digest = digest;
    return KC_OK;
}

void digest_free(struct digest *digest) {
    if (digest != NULL) {
        mtx_destroy(&digest->mutex);
        free(digest);
    }
}

bool digest_recall_stamped(struct digest *digest, const struct image_stamp *stamp,
                           char ret_hash[HASH_TEXT_SIZE]) {
    if (!stamp->settled) {
        return false;
    }
    (void)mtx_lock(&digest->mutex);
    struct remembered *spare = NULL;
    const struct remembered *slot = digest_find(digest, stamp, &spare);
    bool is_known = slot != NULL;
    if (is_known) {
        memcpy(ret_hash, slot->hash, sizeof slot->hash);
    }
    (void)mtx_unlock(&digest->mutex);
    return is_known;
}

bool digest_recall(struct digest *digest, const struct image *image,
                   char ret_hash[HASH_TEXT_SIZE]) {
    struct image_stamp stamp;
    return image_stamp(image, &stamp) == KC_OK && digest_recall_stamped(digest, &stamp, ret_hash);
}

static void digest_remember(struct digest *digest, const struct image_stamp *stamp,
                            const char hash[HASH_TEXT_SIZE]) {
    (void)mtx_lock(&digest->mutex);
    struct remembered *spare = NULL;
    struct remembered *slot = digest_find(digest, stamp, &spare);
    if (slot == NULL) {
        slot = spare;
        slot->used = ++digest->turn;
    }
    slot->stamp = *stamp;
    memcpy(slot->hash, hash, sizeof slot->hash);
    (void)mtx_unlock(&digest->mutex);
}

enum kc_error digest_image(struct digest *digest, const struct image *image,
                           const atomic_bool *cancel, char ret_hash[HASH_TEXT_SIZE]) {
    struct image_stamp before;
    struct image_stamp after;
    char hash[HASH_TEXT_SIZE];
    if (digest_recall(digest, image, ret_hash)) {
        return KC_OK;
    }
    enum kc_error error = image_stamp(image, &before);
    if (error == KC_OK) {
        error = digest_compute(image, cancel, hash);
    }
    if (error == KC_OK) {
        error = image_stamp(image, &after);
    }
    if (error != KC_OK) {
        return error;
    }
    /* Settled before the first byte was read, and the same afterwards. */
    if (before.settled && stamp_equal(&before, &after)) {
        digest_remember(digest, &before, hash);
    }
    memcpy(ret_hash, hash, sizeof hash);
    return KC_OK;
}
