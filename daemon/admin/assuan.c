/* SPDX-License-Identifier: MIT */
/* Lines of Assuan, one at a time. No sentence is made from them: they may hold a passphrase. */
#include "daemon/admin/assuan.h"

#include "libkc/secret.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The value of a hex digit of either case; -1. */
static int digit_of(char c) {
    static const char digits[] = "0123456789abcdef";
    const char lower = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
    const char *found = lower == '\0' ? NULL : strchr(digits, lower);
    return found == NULL ? -1 : (int)(found - digits);
}

static enum kc_error append_data(const char *text, size_t length, struct secret *data,
                                 size_t limit) {
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == '%') {
            int high = i + 2 < length ? digit_of(text[i + 1]) : -1;
            int low = i + 2 < length ? digit_of(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return KC_INVALID;
            }
            byte = (unsigned char)(16 * high + low);
            i += 2;
        }
        enum kc_error error = secret_append(data, &byte, 1, limit);
        if (error != KC_OK) {
            return error;
        }
    }
    return KC_OK;
}

/* The word, alone or with a blank behind it. */
static bool begins_with(const char *line, size_t length, const char *word) {
    size_t size = strlen(word);
    return length >= size && memcmp(line, word, size) == 0 && (length == size || line[size] == ' ');
}

enum kc_error assuan_read(const char *line, size_t length, struct secret *data, size_t limit,
                          enum assuan_kind *ret_kind) {
    enum kc_error error = KC_OK;
    if (length >= ASSUAN_LINE_MAX) {
        return KC_TOO_BIG;
    }
    if (begins_with(line, length, "OK")) {
        *ret_kind = ASSUAN_OK;
    } else if (begins_with(line, length, "ERR")) {
        *ret_kind = ASSUAN_ERROR;
    } else if (length >= 2 && line[0] == 'D' && line[1] == ' ') {
        error = append_data(line + 2, length - 2, data, limit);
        if (error == KC_OK) {
            *ret_kind = ASSUAN_DATA;
        }
    } else if (length == 0 || line[0] == '#' || begins_with(line, length, "S")) {
        *ret_kind = ASSUAN_REMARK;
    } else {
        return KC_INVALID;
    }
    return error;
}

enum kc_error assuan_write(const char *command, const char *text,
                           char ret_line[ASSUAN_LINE_MAX + 1]) {
    char line[ASSUAN_LINE_MAX + 1];
    int head = snprintf(line, sizeof line, "%s%s", command, text[0] != '\0' ? " " : "");
    size_t used = head < 0 ? sizeof line : (size_t)head;
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        bool is_plain = byte >= ' ' && byte != '%' && byte != 0x7F;
        size_t needed = is_plain ? 1 : 3;
        if (used + needed + 1 >= sizeof line) {
            return KC_TOO_BIG;
        }
        if (is_plain) {
            line[used] = (char)byte;
        } else {
            (void)snprintf(line + used, sizeof line - used, "%%%02X", byte);
        }
        used += needed;
    }
    if (used + 1 >= sizeof line) {
        return KC_TOO_BIG;
    }
    line[used] = '\n';
    line[used + 1] = '\0';
    memcpy(ret_line, line, used + 2);
    return KC_OK;
}
