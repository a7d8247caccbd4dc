/* SPDX-License-Identifier: MIT */
/*
 * Strict parsing of small things: whole string, range checked, or KC_INVALID / KC_TOO_BIG.
 * Pure.
 */
#ifndef KC_PARSE_H
#define KC_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

/* Decimal digits only, no sign, no blank, at most `max`. */
KC_MUST_USE enum kc_error parse_unsigned(const char *text, uint64_t max, uint64_t *ret_number);

/* Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF). */
bool parse_is_utf8(const void *bytes, size_t length);

/* A service, target or attribute name: 1..max bytes, UTF-8, no control characters
 * (U+0000..U+001F, U+007F..U+009F). KC_INVALID, or KC_TOO_BIG when it is too long. */
KC_MUST_USE enum kc_error parse_name(const char *bytes, size_t length, size_t max);

/* Exactly `length` lower-case hex digits, then the end. */
bool parse_is_hex(const char *text, size_t length);

/* Writes 2 * length lower-case digits and a NUL. */
void parse_write_hex(const unsigned char *bytes, size_t length, char *ret_text);

/* RFC 3339 in UTC with microseconds: "2026-01-02T03:04:05.678901Z", 28 bytes with its NUL.
 * Without them (`seconds_only`): "2026-01-02T03:04:05Z". */
#define PARSE_TIME_SIZE 28
void parse_write_time(int64_t wall_us, bool seconds_only, char ret_text[PARSE_TIME_SIZE]);
/* Either of the two forms. */
KC_MUST_USE enum kc_error parse_time(const char *text, int64_t *ret_wall_us);

/*
 * Text from outside, made fit for a terminal or a log: control characters (C0, DEL, C1),
 * bidirectional and zero-width format characters, invalid UTF-8, `"` and `\` become \xNN or
 * \uNNNN; at most `size` - 1 bytes are written, cut at a whole character with "..." at the
 * end. Returns `buffer`.
 */
char *parse_escape(const char *bytes, size_t length, char *buffer, size_t size);
/* The same for a whole sentence whose parts were escaped by its writer: `"` and `\` stay. */
char *parse_escape_sentence(const char *bytes, size_t length, char *buffer, size_t size);

/* `text` against a pattern in which `*` stands for any bytes (also none) and `?` for one
 * character; everything else is itself. Linear in the product of the lengths at worst. */
bool parse_glob(const char *pattern, const char *text);

#endif
