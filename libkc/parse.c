/* SPDX-License-Identifier: MIT */
/*
 * Numbers, UTF-8, names and hex digits. Every function looks at the whole text or refuses it;
 * none allocates.
 */
#include "libkc/parse.h"

#include "libkc/parse_internal.h"

#include <string.h>

enum kc_error parse_unsigned(const char *text, uint64_t max, uint64_t *ret_number) {
    uint64_t number = 0;
    if (*text == '\0') {
        return KC_INVALID;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return KC_INVALID;
        }
        uint64_t digit = (uint64_t)(*text - '0');
        if (digit > max || number > (max - digit) / 10) {
            return KC_TOO_BIG;
        }
        number = number * 10 + digit;
    }
    *ret_number = number;
    return KC_OK;
}

/* How a lead byte begins: its length, the bits that it gives, and the smallest character that
 * needs that length (a smaller one is an overlong form). */
struct lead {
    unsigned char mask;
    unsigned char mark;
    unsigned char length;
    uint32_t smallest;
};

static const struct lead leads[] = {
    {0x80, 0x00, 1, 0},
    {0xe0, 0xc0, 2, 0x80},
    {0xf0, 0xe0, 3, 0x800},
    {0xf8, 0xf0, 4, 0x10000},
};

size_t parse_character(const void *bytes, size_t length, uint32_t *ret_character) {
    const unsigned char *at = bytes;
    const struct lead *lead = NULL;
    for (size_t i = 0; length > 0 && i < sizeof leads / sizeof leads[0]; i++) {
        if ((at[0] & leads[i].mask) == leads[i].mark) {
            lead = &leads[i];
        }
    }
    if (lead == NULL || lead->length > length) {
        return 0;
    }
    uint32_t character = at[0] & (unsigned char)~lead->mask;
    for (size_t i = 1; i < lead->length; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
        character = character << 6 | (at[i] & 0x3f);
    }
    bool is_surrogate = character >= 0xd800 && character <= 0xdfff;
    if (character < lead->smallest || is_surrogate || character > 0x10ffff) {
        return 0;
    }
    *ret_character = character;
    return lead->length;
}

bool parse_is_utf8(const void *bytes, size_t length) {
    const unsigned char *at = bytes;
    while (length > 0) {
        uint32_t character = 0;
        size_t step = parse_character(at, length, &character);
        if (step == 0) {
            return false;
        }
        at += step;
        length -= step;
    }
    return true;
}

enum kc_error parse_name(const char *bytes, size_t length, size_t max) {
    if (length == 0) {
        return KC_INVALID;
    }
    if (length > max) {
        return KC_TOO_BIG;
    }
    while (length > 0) {
        uint32_t character = 0;
        size_t step = parse_character(bytes, length, &character);
        if (step == 0 || character < 0x20 || (character >= 0x7f && character <= 0x9f)) {
            return KC_INVALID;
        }
        bytes += step;
        length -= step;
    }
    return KC_OK;
}

bool parse_is_hex(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        bool is_digit = text[i] >= '0' && text[i] <= '9';
        bool is_letter = text[i] >= 'a' && text[i] <= 'f';
        if (!is_digit && !is_letter) {
            return false;
        }
    }
    return text[length] == '\0';
}

void parse_write_hex(const unsigned char *bytes, size_t length, char *ret_text) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        ret_text[2 * i] = digits[bytes[i] >> 4];
        ret_text[2 * i + 1] = digits[bytes[i] & 0x0f];
    }
    ret_text[2 * length] = '\0';
}
