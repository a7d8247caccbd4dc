/* SPDX-License-Identifier: MIT */
/*
 * One look ahead, and no way back. A string is found first, from quote to quote, and then decoded
 * (scan_decode.c) into memory that is as long as it was written.
 */
#include "libkc/scan.h"

#include "libkc/parse.h"
#include "libkc/scan_internal.h"
#include "libkc/secret.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_SIZE 24 /* of the longest integer, with its sign and a NUL, and to spare */

static void skip_blanks(struct scan *scan) {
    while (scan->at < scan->end && strchr(" \t\r\n", *scan->at) != NULL && *scan->at != '\0') {
        scan->at++;
    }
}

/* The next byte that isn't blank; NUL, which is no JSON, at the end. */
static char peek(struct scan *scan) {
    skip_blanks(scan);
    return scan->at < scan->end ? *scan->at : '\0';
}

static bool take(struct scan *scan, char wanted) {
    if (wanted == '\0' || peek(scan) != wanted) {
        return false;
    }
    scan->at++;
    return true;
}

enum kc_error scan_begin(struct scan *scan, const char *text, size_t length) {
    *scan = (struct scan){.at = text, .end = text + length};
    return parse_is_utf8(text, length) ? KC_OK : KC_INVALID;
}

enum kc_error scan_end(struct scan *scan) {
    skip_blanks(scan);
    return scan->at == scan->end ? KC_OK : KC_INVALID;
}

/* Strings */

static enum kc_error find_string(struct scan *scan, struct span *ret_span) {
    if (!take(scan, '"')) {
        return KC_INVALID;
    }
    const char *begin = scan->at;
    for (; scan->at < scan->end; scan->at++) {
        if (*scan->at == '"') {
            *ret_span = (struct span){begin, (size_t)(scan->at - begin)};
            scan->at++;
            return KC_OK;
        }
        if ((unsigned char)*scan->at < 0x20) {
            return KC_INVALID;
        }
        if (*scan->at == '\\' && scan->at + 1 < scan->end) {
            scan->at++; /* whatever follows isn't the end */
        }
    }
    return KC_INVALID;
}

/* With a NUL behind it, and none in it; `bytes` has room for that. */
static enum kc_error decode_text(const struct span *span, char *bytes) {
    size_t length = 0;
    enum kc_error error = scan_decode(span, (unsigned char *)bytes, &length);
    if (error != KC_OK || memchr(bytes, '\0', length) != NULL) {
        return KC_INVALID;
    }
    bytes[length] = '\0';
    return KC_OK;
}

enum kc_error scan_text(struct scan *scan, char **ret_text) {
    struct span span;
    enum kc_error error = find_string(scan, &span);
    if (error != KC_OK) {
        return error;
    }
    char *text = malloc(span.length + 1);
    if (text == NULL) {
        return KC_NO_MEMORY;
    }
    error = decode_text(&span, text);
    if (error != KC_OK) {
        free(text);
        return error;
    }
    *ret_text = text;
    return KC_OK;
}

enum kc_error scan_word(struct scan *scan, char *buffer, size_t size) {
    struct span span;
    enum kc_error error = find_string(scan, &span);
    if (error == KC_OK && span.length >= size) {
        error = KC_INVALID;
    }
    return error == KC_OK ? decode_text(&span, buffer) : error;
}

enum kc_error scan_secret(struct scan *scan, struct secret **ret_secret) {
    struct span span;
    KC_AUTO(secret) secret = NULL;
    size_t length = 0;
    enum kc_error error = find_string(scan, &span);
    if (error == KC_OK) {
        error = secret_new(span.length + 1, &secret); /* a NUL follows the value */
    }
    if (error == KC_OK) {
        error = scan_decode(&span, secret_bytes(secret), &length);
    }
    if (error == KC_OK) {
        secret_set_length(secret, length);
        *ret_secret = secret;
        secret = NULL;
    }
    return error;
}

/* Numbers */

static size_t skip_digits(struct scan *scan) {
    const char *begin = scan->at;
    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9') {
        scan->at++;
    }
    return (size_t)(scan->at - begin);
}

/* The sign and the digits before a point. */
static enum kc_error skip_integer(struct scan *scan) {
    (void)take(scan, '-');
    const char *begin = scan->at;
    size_t digits = skip_digits(scan);
    return digits == 1 || (digits > 1 && *begin != '0') ? KC_OK : KC_INVALID;
}

static bool is_at(const struct scan *scan, const char *bytes) {
    return scan->at < scan->end && *scan->at != '\0' && strchr(bytes, *scan->at) != NULL;
}

static enum kc_error skip_number(struct scan *scan) {
    enum kc_error error = skip_integer(scan);
    if (error == KC_OK && is_at(scan, ".")) {
        scan->at++;
        error = skip_digits(scan) > 0 ? KC_OK : KC_INVALID;
    }
    if (error == KC_OK && is_at(scan, "eE")) {
        scan->at++;
        scan->at += is_at(scan, "+-") ? 1 : 0;
        error = skip_digits(scan) > 0 ? KC_OK : KC_INVALID;
    }
    return error;
}

enum kc_error scan_integer(struct scan *scan, int64_t *ret_number) {
    char text[NUMBER_SIZE];
    skip_blanks(scan);
    const char *begin = scan->at;
    enum kc_error error = skip_integer(scan);
    size_t length = (size_t)(scan->at - begin);
    if (error != KC_OK || length >= sizeof text || is_at(scan, ".eE")) {
        return KC_INVALID;
    }
    memcpy(text, begin, length);
    text[length] = '\0';
    errno = 0;
    long long number = strtoll(text, NULL, 10);
    if (errno != 0) {
        return KC_INVALID;
    }
    *ret_number = number;
    return KC_OK;
}

/* Objects and arrays */

/* Between the brackets: a comma and another one, or the end. */
static enum kc_error next_of(struct scan *scan, char closing, bool *ret_more) {
    if (take(scan, closing)) {
        *ret_more = false;
        scan->depth--;
        return KC_OK;
    }
    *ret_more = true;
    return take(scan, ',') ? KC_OK : KC_INVALID;
}

static enum kc_error open_at(struct scan *scan, char opening, char closing, bool *ret_more) {
    if (scan->depth == SCAN_DEPTH_MAX || !take(scan, opening)) {
        return KC_INVALID;
    }
    *ret_more = !take(scan, closing);
    scan->depth += *ret_more ? 1 : 0;
    return KC_OK;
}

static enum kc_error read_member(struct scan *scan, scan_member *visit, void *context) {
    char *name = NULL;
    enum kc_error error = scan_text(scan, &name);
    if (error == KC_OK && !take(scan, ':')) {
        error = KC_INVALID;
    }
    if (error == KC_OK) {
        skip_blanks(scan);
        error = visit(scan, name, context);
    }
    free(name);
    return error;
}

enum kc_error scan_object(struct scan *scan, scan_member *visit, void *context) {
    bool more = false;
    enum kc_error error = open_at(scan, '{', '}', &more);
    while (error == KC_OK && more) {
        error = read_member(scan, visit, context);
        if (error == KC_OK) {
            error = next_of(scan, '}', &more);
        }
    }
    return error;
}

enum kc_error scan_array(struct scan *scan, scan_element *visit, void *context) {
    bool more = false;
    enum kc_error error = open_at(scan, '[', ']', &more);
    while (error == KC_OK && more) {
        error = visit(scan, context);
        if (error == KC_OK) {
            error = next_of(scan, ']', &more);
        }
    }
    return error;
}

static enum kc_error skip_word(struct scan *scan, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0) {
        return KC_INVALID;
    }
    scan->at += length;
    return KC_OK;
}

/* Decoded, too, because a wrong escape isn't JSON; kept out of memory that isn't wiped. */
static enum kc_error skip_string(struct scan *scan) {
    KC_AUTO(secret) ignored = NULL;
    return scan_secret(scan, &ignored);
}

static enum kc_error skip_member(struct scan *scan, const char *name, void *context) {
    (void)name;
    (void)context;
    return scan_skip(scan);
}

static enum kc_error skip_element(struct scan *scan, void *context) {
    (void)context;
    return scan_skip(scan);
}

enum kc_error scan_skip(struct scan *scan) {
    switch (peek(scan)) {
    case '{':
        return scan_object(scan, skip_member, NULL);
    case '[':
        return scan_array(scan, skip_element, NULL);
    case '"':
        return skip_string(scan);
    case 't':
        return skip_word(scan, "true");
    case 'f':
        return skip_word(scan, "false");
    case 'n':
        return skip_word(scan, "null");
    default:
        return skip_number(scan);
    }
}
