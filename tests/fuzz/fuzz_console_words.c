/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a line of the console, whole and as far as it was typed, and as rows of candidates.
 * Words that were understood mean the same when they are quoted again.
 *
 * links: shell/console/words.c shell/console/lines.c shell/console/candidates.c
 * links: libkc/parse.c libkc/parse_escape.c
 */
#include "shell/console/candidates.h"
#include "shell/console/lines.h"
#include "shell/console/words.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

static void check_quoting(const char *word) {
    KC_AUTO(words) words = NULL;
    const char *why = NULL;
    static char quoted[4 * WORDS_LINE_MAX + 3];
    if (!words_quote(word, quoted, sizeof quoted)) {
        must(quoted[0] == '\0' && strchr(word, '\t') != NULL);
        return;
    }
    if (strlen(quoted) <= WORDS_LINE_MAX) {
        must(words_split(quoted, strlen(quoted), &words, &why) == KC_OK);
        must(words->count == 1 && strcmp(words->texts[0], word) == 0);
    }
}

static void check_line(const char *line, size_t length, const struct candidates *commands) {
    KC_AUTO(words) words = NULL;
    struct line_plan plan;
    const char *why = NULL;
    enum kc_error error = words_split(line, length, &words, &why);
    if (error != KC_OK) {
        must(error == KC_INVALID ? why != NULL : error == KC_TOO_BIG);
        return;
    }
    for (size_t i = 0; i < words->count; i++) {
        must(strpbrk(words->texts[i], "\r\n\x1b\x7f") == NULL);
        check_quoting(words->texts[i]);
    }
    must(words->texts[words->count] == NULL);
    line_plan(words, &plan);
    must(plan.arguments[plan.count] == NULL && plan.count <= words->count + 1);
    must(!line_may_be_kept(line, words, commands) || words->count > 0);
}

static void check_typed(const char *line, size_t length) {
    KC_AUTO(words) words = NULL;
    enum kc_error error = words_begin(line, length, &words);
    if (error == KC_OK) {
        must(words->count > 0 && words->last_offset <= length);
    } else {
        must(error == KC_INVALID || error == KC_TOO_BIG || error == KC_NOT_FOUND);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    KC_AUTO(candidates) candidates = NULL;
    char *line = malloc(length + 1);
    char *rows = malloc(length + 1);
    must(line != NULL && rows != NULL);
    memcpy(line, bytes, length);
    memcpy(rows, bytes, length);
    line[length] = '\0';
    rows[length] = '\0';
    must(candidates_new(rows, &candidates) == KC_OK);
    check_line(line, strlen(line), candidates);
    check_typed(line, strlen(line));
    candidates_narrow(candidates, line);
    must(candidates->count == 0 || candidates_common(candidates) >= strlen(line));
    free(line);
    free(rows);
    return 0;
}
