/* SPDX-License-Identifier: MIT */
/* Quoting for a POSIX shell; refuses what a terminal would show as something else. */
#include "daemon/shell_quote.h"

#include "libkc/parse.h"

#include <assert.h>
#include <string.h>

/* More than any operand that we suggest; what is longer isn't shown. */
#define TEXT_MAX 4096

static bool is_honest(const char *text, size_t length) {
    char escaped[TEXT_MAX + 1];
    return length <= TEXT_MAX && text[0] != '\0' && text[0] != '-' &&
           strcmp(parse_escape_sentence(text, length, escaped, sizeof escaped), text) == 0;
}

static bool is_plain(const char *text, size_t length) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "/._-+:@%,";
    return strspn(text, plain) == length;
}

/* Everything between single quotes is itself, except the single quote: '\'' steps outside. */
static bool write_quoted(const char *text, char *buffer, size_t size) {
    size_t used = 0;
    buffer[used++] = '\'';
    for (const char *at = text; *at != '\0'; at++) {
        const char *piece = *at == '\'' ? "'\\''" : at;
        size_t length = *at == '\'' ? strlen(piece) : 1;
        if (used + length + sizeof "'" > size) {
            return false;
        }
        memcpy(buffer + used, piece, length);
        used += length;
    }
    memcpy(buffer + used, "'", sizeof "'");
    return true;
}

bool shell_quote(const char *text, char *buffer, size_t size) {
    assert(size >= 3);
    size_t length = strlen(text);
    bool is_written = false;
    if (is_honest(text, length) && is_plain(text, length) && length < size) {
        memcpy(buffer, text, length + 1);
        is_written = true;
    } else if (is_honest(text, length)) {
        is_written = write_quoted(text, buffer, size);
    }
    if (!is_written) {
        buffer[0] = '\0';
    }
    return is_written;
}
