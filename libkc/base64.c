/* SPDX-License-Identifier: MIT */
/*
 * Base64 by arithmetic: a character is computed from its six bits and back with masks, so that
 * neither a branch nor an address depends on a secret bit.
 */
#include "libkc/base64.h"

#include <stdint.h>

size_t base64_encoded_length(size_t length) {
    return (length + 2) / 3 * 4;
}

/* All ones when `value` is in first..last, else 0; all of them are below 256. */
static uint32_t mask_in(uint32_t value, uint32_t first, uint32_t last) {
    /* The top bit of a difference is its sign. */
    uint32_t is_outside = ((value - first) | (last - value)) >> 31;
    return is_outside - 1;
}

static char to_character(uint32_t six) {
    uint32_t character = (mask_in(six, 0, 25) & (six + 'A')) |
                         (mask_in(six, 26, 51) & (six - 26 + 'a')) |
                         (mask_in(six, 52, 61) & (six - 52 + '0')) | (mask_in(six, 62, 62) & '+') |
                         (mask_in(six, 63, 63) & '/');
    return (char)character;
}

/* The six bits; `bad` gets ones when it is no character of the alphabet. */
static uint32_t to_six(char text, uint32_t *bad) {
    uint32_t character = (unsigned char)text;
    uint32_t upper = mask_in(character, 'A', 'Z');
    uint32_t lower = mask_in(character, 'a', 'z');
    uint32_t digit = mask_in(character, '0', '9');
    uint32_t plus = mask_in(character, '+', '+');
    uint32_t slash = mask_in(character, '/', '/');
    *bad |= ~(upper | lower | digit | plus | slash);
    return (upper & (character - 'A')) | (lower & (character - 'a' + 26)) |
           (digit & (character - '0' + 52)) | (plus & 62) | (slash & 63);
}

void base64_encode(const unsigned char *bytes, size_t length, char *ret_text) {
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t group = (uint32_t)bytes[i] << 16;
        group |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= left > 2 ? (uint32_t)bytes[i + 2] : 0;
        *ret_text++ = to_character(group >> 18);
        *ret_text++ = to_character(group >> 12 & 63);
        *ret_text++ = left > 1 ? to_character(group >> 6 & 63) : '=';
        *ret_text++ = left > 2 ? to_character(group & 63) : '=';
    }
    *ret_text = '\0';
}

enum kc_error base64_decode(const char *text, size_t length, unsigned char *ret_bytes,
                            size_t *ret_length) {
    if (length % 4 != 0) {
        return KC_INVALID;
    }
    uint32_t bad = 0;
    size_t padding = 0;
    size_t written = 0;
    if (length > 0 && text[length - 1] == '=') {
        padding = text[length - 2] == '=' ? 2 : 1;
    }
    for (size_t i = 0; i < length; i += 4) {
        size_t missing = i + 4 == length ? padding : 0;
        uint32_t group = to_six(text[i], &bad) << 18 | to_six(text[i + 1], &bad) << 12;
        group |= missing < 2 ? to_six(text[i + 2], &bad) << 6 : 0;
        group |= missing < 1 ? to_six(text[i + 3], &bad) : 0;
        /* What would fall behind the last byte must be zero, or two texts mean the same. */
        bad |= group & ((UINT32_C(1) << 8 * missing) - 1);
        ret_bytes[written++] = (unsigned char)(group >> 16);
        if (missing < 2) {
            ret_bytes[written++] = (unsigned char)(group >> 8 & 0xff);
        }
        if (missing < 1) {
            ret_bytes[written++] = (unsigned char)(group & 0xff);
        }
    }
    if (bad != 0) {
        return KC_INVALID;
    }
    *ret_length = written;
    return KC_OK;
}
