/* SPDX-License-Identifier: MIT */
/* The whole text, or nothing. */
#include "daemon/admin/duration.h"

#include "libkc/parse.h"

#include <string.h>

enum kc_error duration_parse(const char *text, uint64_t max_s, uint64_t *ret_s) {
    static const struct {
        char letter;
        uint64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    char digits[16];
    uint64_t number = 0;
    size_t length = strlen(text);
    if (length < 2 || length > sizeof digits) {
        return KC_INVALID;
    }
    memcpy(digits, text, length - 1);
    digits[length - 1] = '\0';
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (text[length - 1] == units[i].letter &&
            parse_unsigned(digits, max_s / units[i].seconds, &number) == KC_OK && number > 0) {
            *ret_s = number * units[i].seconds;
            return KC_OK;
        }
    }
    return KC_INVALID;
}
