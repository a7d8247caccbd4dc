/* SPDX-License-Identifier: MIT */
/*
 * Secret bytes in their own pages. The length never lies ahead of zeroed memory, so a NUL
 * follows wherever there is room. Growing moves to new pages: realloc() would leave a copy.
 */
#include "libkc/secret.h"

#include "platform/secmem.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Less than a page costs a page anyway. */
#define SMALLEST_GROWTH 4096

struct secret {
    unsigned char *bytes;
    size_t length;
    size_t capacity;
};

enum kc_error secret_new(size_t capacity, struct secret **ret_secret) {
    struct secret *secret = malloc(sizeof *secret);
    if (secret == NULL) {
        return KC_NO_MEMORY;
    }
    /* Empty secrets have an address too: nobody has to look out for NULL. */
    size_t size = capacity > 0 ? capacity : 1;
    unsigned char *bytes = secmem_alloc(size);
    if (bytes == NULL) {
        free(secret);
        return KC_NO_MEMORY;
    }
    *secret = (struct secret){.bytes = bytes, .length = 0, .capacity = size};
    *ret_secret = secret;
    return KC_OK;
}

enum kc_error secret_new_copy(const void *bytes, size_t length, struct secret **ret_secret) {
    if (length == SIZE_MAX) {
        return KC_NO_MEMORY;
    }
    struct secret *secret = NULL;
    enum kc_error error = secret_new(length + 1, &secret);
    if (error != KC_OK) {
        return error;
    }
    if (length > 0) {
        memcpy(secret->bytes, bytes, length);
    }
    secret->length = length;
    *ret_secret = secret;
    return KC_OK;
}

void secret_free(struct secret *secret) {
    if (secret == NULL) {
        return;
    }
    secmem_free(secret->bytes, secret->capacity);
    free(secret);
}

unsigned char *secret_bytes(struct secret *secret) {
    return secret->bytes;
}

const unsigned char *secret_view(const struct secret *secret) {
    return secret->bytes;
}

size_t secret_length(const struct secret *secret) {
    return secret->length;
}

size_t secret_capacity(const struct secret *secret) {
    return secret->capacity;
}

void secret_set_length(struct secret *secret, size_t length) {
    assert(length <= secret->capacity);
    secret->length = length;
    if (length < secret->capacity) {
        secmem_wipe(secret->bytes + length, secret->capacity - length);
    }
}

/* Room for `length` bytes and a NUL. At least doubles: appending stays linear. */
static enum kc_error grow(struct secret *secret, size_t length) {
    size_t capacity = length + 1 > SMALLEST_GROWTH ? length + 1 : SMALLEST_GROWTH;
    if (secret->capacity <= SIZE_MAX / 2 && capacity < secret->capacity * 2) {
        capacity = secret->capacity * 2;
    }
    unsigned char *bytes = secmem_alloc(capacity);
    if (bytes == NULL) {
        return KC_NO_MEMORY;
    }
    memcpy(bytes, secret->bytes, secret->length);
    secmem_free(secret->bytes, secret->capacity);
    secret->bytes = bytes;
    secret->capacity = capacity;
    return KC_OK;
}

enum kc_error secret_append(struct secret *secret, const void *bytes, size_t length, size_t limit) {
    if (secret->length > limit || length > limit - secret->length) {
        return KC_TOO_BIG;
    }
    if (length == 0) {
        return KC_OK;
    }
    if (length >= secret->capacity - secret->length) {
        if (length >= SIZE_MAX - secret->length) {
            return KC_NO_MEMORY;
        }
        enum kc_error error = grow(secret, secret->length + length);
        if (error != KC_OK) {
            return error;
        }
    }
    memcpy(secret->bytes + secret->length, bytes, length);
    secret->length += length;
    return KC_OK;
}

bool secret_equal(const struct secret *one, const struct secret *other) {
    if (one->length != other->length) {
        return false;
    }
    unsigned difference = 0;
    for (size_t i = 0; i < one->length; i++) {
        difference |= (unsigned)(one->bytes[i] ^ other->bytes[i]);
    }
    return difference == 0;
}
