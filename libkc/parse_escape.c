/* SPDX-License-Identifier: MIT */
/*
 * Text from outside, made fit to be shown: what could move the cursor, hide or reorder other
 * text, or end a quotation is written as its number. The result is ASCII or well-formed UTF-8
 * and never longer than its buffer.
 */
#include "libkc/parse.h"

#include "libkc/parse_internal.h"

#include <stdio.h>
#include <string.h>

/* The longest way to write one unit: four escaped bytes of a character beyond U+FFFF. */
#define UNIT_SIZE 17

struct range {
    uint32_t first;
    uint32_t last;
};

/* Controls, and the characters that show nothing themselves but change what others show. */
static const struct range unfit[] = {
    {0x0000, 0x001f}, {0x007f, 0x009f},   {0x00ad, 0x00ad},   {0x034f, 0x034f},   {0x061c, 0x061c},
    {0x115f, 0x1160}, {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x200b, 0x200f},   {0x2028, 0x202e},
    {0x2060, 0x206f}, {0x3164, 0x3164},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
    {0xfff0, 0xfffb}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

static bool is_unfit(uint32_t character) {
    for (size_t i = 0; i < sizeof unfit / sizeof unfit[0]; i++) {
        if (character >= unfit[i].first && character <= unfit[i].last) {
            return true;
        }
    }
    return false;
}

static void write_escaped_bytes(const unsigned char *bytes, size_t length, char *ret_unit) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        *ret_unit++ = '\\';
        *ret_unit++ = 'x';
        *ret_unit++ = digits[bytes[i] >> 4];
        *ret_unit++ = digits[bytes[i] & 0x0f];
    }
    *ret_unit = '\0';
}

/* Writes the next character, or its escaped form, and a NUL. Returns the bytes it stands for. */
static size_t write_unit(const char *bytes, size_t length, bool keeps_quotes,
                         char ret_unit[UNIT_SIZE]) {
    uint32_t character = 0;
    size_t step = parse_character(bytes, length, &character);
    bool is_quote = character == '"' || character == '\\';
    if (step == 0) {
        step = 1;
        write_escaped_bytes((const unsigned char *)bytes, 1, ret_unit);
    } else if (!is_unfit(character) && (keeps_quotes || !is_quote)) {
        memcpy(ret_unit, bytes, step);
        ret_unit[step] = '\0';
    } else if (character < 0x80 || character > 0xffff) {
        write_escaped_bytes((const unsigned char *)bytes, step, ret_unit);
    } else {
        (void)snprintf(ret_unit, UNIT_SIZE, "\\u%04x", (unsigned)character);
    }
    return step;
}

static char *escape(const char *bytes, size_t length, bool keeps_quotes, char *buffer,
                    size_t size) {
    static const char dots[] = "...";
    size_t used = 0;
    size_t cut = 0; /* the longest whole beginning that leaves room for the dots */

    if (size == 0) {
        return buffer;
    }
    while (length > 0) {
        char unit[UNIT_SIZE];
        size_t step = write_unit(bytes, length, keeps_quotes, unit);
        size_t unit_length = strlen(unit);
        if (used + unit_length >= size) {
            size_t room = size - 1 - cut;
            used = cut + (room < 3 ? room : 3);
            memcpy(buffer + cut, dots, used - cut);
            break;
        }
        memcpy(buffer + used, unit, unit_length);
        used += unit_length;
        if (used + 3 < size) {
            cut = used;
        }
        bytes += step;
        length -= step;
    }
    buffer[used] = '\0';
    return buffer;
}

char *parse_escape(const char *bytes, size_t length, char *buffer, size_t size) {
    return escape(bytes, length, false, buffer, size);
}

char *parse_escape_sentence(const char *bytes, size_t length, char *buffer, size_t size) {
    return escape(bytes, length, true, buffer, size);
}
