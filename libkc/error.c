/* SPDX-License-Identifier: MIT */
/*
 * The sentences of the error codes. They say what happened in general; whoever knows the
 * subject says it himself.
 */
#include "libkc/error.h"

#include "libkc/keychain-auth.h"

#include <stdbool.h>
#include <stddef.h>

static const char *const sentences[] = {
    [KC_OK] = "done",
    [KC_NOT_FOUND] = "not found",
    [KC_DENIED] = "not allowed",
    [KC_EXISTS] = "it exists already",
    [KC_AGAIN] = "nothing is ready yet",
    [KC_END] = "the other side has gone",
    [KC_TIMEOUT] = "the time is up",
    [KC_BUSY] = "too busy, try again later",
    [KC_INVALID] = "not of the promised form",
    [KC_TOO_BIG] = "over a size limit",
    [KC_UNSAFE] = "owner, mode or surroundings can't be trusted",
    [KC_CHANGED] = "it changed meanwhile",
    [KC_LOCKED] = "the key is locked",
    [KC_DAMAGED] = "stored data is damaged; nothing was overwritten",
    [KC_UNSUPPORTED] = "this system can't do that",
    [KC_NO_MEMORY] = "out of memory",
    [KC_IO] = "reading or writing failed",
    [KC_INTERNAL] = "internal error",
};

const char *kc_error_text(enum kc_error error) {
    size_t index = (size_t)error;
    bool is_known = index < sizeof sentences / sizeof sentences[0];
    return is_known ? sentences[index] : "unknown error";
}
