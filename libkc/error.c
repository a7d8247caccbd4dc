/* SPDX-License-Identifier: MIT */
/*
 * The sentences of the error codes. They say what happened in general; whoever knows the
 * subject says it himself.
 */
#include "libkc/error.h"

#include "libkc/keychain-auth.h"

const char *kc_error_text(enum kc_error error) {
    /* No default: the compiler tells when a code has no sentence. */
    switch (error) {
    case KC_OK:
        return "done";
    case KC_NOT_FOUND:
        return "not found";
    case KC_DENIED:
        return "not allowed";
    case KC_EXISTS:
        return "it exists already";
    case KC_AGAIN:
        return "nothing is ready yet";
    case KC_END:
        return "the other side has gone";
    case KC_TIMEOUT:
        return "the time is up";
    case KC_BUSY:
        return "too busy, try again later";
    case KC_INVALID:
        return "not of the promised form";
    case KC_TOO_BIG:
        return "over a size limit";
    case KC_UNSAFE:
        return "owner, mode or surroundings can't be trusted";
    case KC_CHANGED:
        return "it changed meanwhile";
    case KC_LOCKED:
        return "the key is locked";
    case KC_DAMAGED:
        return "stored data is damaged; nothing was overwritten";
    case KC_UNSUPPORTED:
        return "this system can't do that";
    case KC_NO_MEMORY:
        return "out of memory";
    case KC_IO:
        return "reading or writing failed";
    case KC_INTERNAL:
        return "internal error";
    }
    return "unknown error";
}
