/* SPDX-License-Identifier: MIT */
/* What stands between two quotes (RFC 8259, section 7). Pure. */
#include "libkc/scan_internal.h"

#include <stdint.h>
#include <string.h>

/* Four hex digits at `text`, of `length` bytes; more than 0xffff: they aren't there. */
static uint32_t read_unit(const char *text, size_t length) {
    uint32_t unit = 0;
    if (length < 4) {
        return UINT32_MAX;
    }
    for (size_t i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef";
        char digit = text[i] >= 'A' && text[i] <= 'F' ? (char)(text[i] + ('a' - 'A')) : text[i];
        const char *found = digit == '\0' ? NULL : strchr(digits, digit);
        if (found == NULL) {
            return UINT32_MAX;
        }
        unit = unit << 4 | (uint32_t)(found - digits);
    }
    return unit;
}

static size_t write_character(uint32_t character, unsigned char *bytes) {
    if (character < 0x80) {
        bytes[0] = (unsigned char)character;
        return 1;
    }
    if (character < 0x800) {
        bytes[0] = (unsigned char)(0xc0 | character >> 6);
        bytes[1] = (unsigned char)(0x80 | (character & 0x3f));
        return 2;
    }
    if (character < 0x10000) {
        bytes[0] = (unsigned char)(0xe0 | character >> 12);
        bytes[1] = (unsigned char)(0x80 | (character >> 6 & 0x3f));
        bytes[2] = (unsigned char)(0x80 | (character & 0x3f));
        return 3;
    }
    bytes[0] = (unsigned char)(0xf0 | character >> 18);
    bytes[1] = (unsigned char)(0x80 | (character >> 12 & 0x3f));
    bytes[2] = (unsigned char)(0x80 | (character >> 6 & 0x3f));
    bytes[3] = (unsigned char)(0x80 | (character & 0x3f));
    return 4;
}

/* What follows "\u", one unit or a pair of surrogates; how many bytes of it, or 0. */
static size_t read_escaped(const char *text, size_t length, uint32_t *ret_character) {
    uint32_t first = read_unit(text, length);
    if (first > 0xffff || (first >= 0xdc00 && first <= 0xdfff)) {
        return 0;
    }
    if (first < 0xd800 || first > 0xdbff) {
        *ret_character = first;
        return 4;
    }
    if (length < 6 || text[4] != '\\' || text[5] != 'u') {
        return 0;
    }
    uint32_t second = read_unit(text + 6, length - 6);
    if (second < 0xdc00 || second > 0xdfff) {
        return 0;
    }
    *ret_character = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    return 10;
}

/* One escape behind its backslash; how many bytes of the text it took, or 0. */
static size_t decode_escape(const char *text, size_t length, unsigned char *bytes,
                            size_t *ret_written) {
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const char *found = length == 0 || text[0] == '\0' ? NULL : strchr(letters, text[0]);
    if (found != NULL) {
        bytes[0] = (unsigned char)meanings[found - letters];
        *ret_written = 1;
        return 1;
    }
    uint32_t character = 0;
    size_t taken =
        length > 0 && text[0] == 'u' ? read_escaped(text + 1, length - 1, &character) : 0;
    if (taken == 0) {
        return 0;
    }
    *ret_written = write_character(character, bytes);
    return taken + 1;
}

enum kc_error scan_decode(const struct span *span, unsigned char *bytes, size_t *ret_length) {
    size_t written = 0;
    size_t at = 0;
    while (at < span->length) {
        const char *escape = memchr(span->bytes + at, '\\', span->length - at);
        size_t plain = escape == NULL ? span->length - at : (size_t)(escape - span->bytes) - at;
        memcpy(bytes + written, span->bytes + at, plain);
        written += plain;
        at += plain;
        if (escape == NULL) {
            break;
        }
        size_t more = 0;
        size_t taken =
            decode_escape(span->bytes + at + 1, span->length - at - 1, bytes + written, &more);
        if (taken == 0) {
            return KC_INVALID;
        }
        written += more;
        at += taken + 1;
    }
    *ret_length = written;
    return KC_OK;
}
