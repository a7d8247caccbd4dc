/* SPDX-License-Identifier: MIT */
/*
 * Glob patterns of the policy. Both sides are read character by character, so that `?` and `*`
 * never stop in the middle of one. Only the last `*` is ever retried: an earlier one can't
 * need more once a later one was reached.
 */
#include "libkc/parse.h"

#include "libkc/parse_internal.h"

#include <string.h>

/* A byte that isn't UTF-8 counts as a character. */
static size_t step_at(const char *text, size_t length) {
    uint32_t character = 0;
    size_t step = parse_character(text, length, &character);
    return step > 0 ? step : 1;
}

bool parse_glob(const char *pattern, const char *text) {
    const char *end = text + strlen(text);
    const char *after_star = NULL; /* the pattern behind the last `*` … */
    const char *retry = NULL;      /* … and the text from which it is tried next */

    while (text < end || *pattern != '\0') {
        size_t step = text < end ? step_at(text, (size_t)(end - text)) : 0;
        if (*pattern == '*') {
            after_star = ++pattern;
            retry = text;
        } else if (*pattern == '?' && step > 0) {
            pattern++;
            text += step;
        } else if (*pattern != '\0' && step > 0 && *pattern == *text) {
            pattern++;
            text++;
        } else if (after_star != NULL && retry < end) {
            retry += step_at(retry, (size_t)(end - retry));
            text = retry;
            pattern = after_star;
        } else {
            return false;
        }
    }
    return true;
}
