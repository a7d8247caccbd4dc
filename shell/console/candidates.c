/* SPDX-License-Identifier: MIT */
/* The rows are few and short: a pass for each question is enough. */
#include "shell/console/candidates.h"

#include "libkc/parse.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What a name may have; the help is shown, and follows the same rule. */
static bool is_shown(const char *text) {
    return parse_name(text, strlen(text), SIZE_MAX) == KC_OK;
}

static void add(struct candidates *candidates, char *line) {
    char *tab = strchr(line, '\t');
    struct candidate row = {.word = line, .help = ""};
    if (tab != NULL) {
        *tab = '\0';
        row.help = is_shown(tab + 1) ? tab + 1 : "";
    }
    if (is_shown(line) && candidates->count < CANDIDATES_MAX) {
        candidates->rows[candidates->count] = row;
        candidates->count++;
    }
}

enum kc_error candidates_new(char *text, struct candidates **ret_candidates) {
    struct candidates *candidates = calloc(1, sizeof *candidates);
    if (candidates == NULL) {
        return KC_NO_MEMORY;
    }
    char *line = text;
    while (*line != '\0') {
        char *end = line + strcspn(line, "\n");
        bool is_last = *end == '\0';
        *end = '\0';
        add(candidates, line);
        line = is_last ? end : end + 1;
    }
    *ret_candidates = candidates;
    return KC_OK;
}

void candidates_free(struct candidates *candidates) {
    free(candidates);
}

bool candidates_have(const struct candidates *candidates, const char *word) {
    for (size_t i = 0; i < candidates->count; i++) {
        if (strcmp(candidates->rows[i].word, word) == 0) {
            return true;
        }
    }
    return false;
}

void candidates_narrow(struct candidates *candidates, const char *typed) {
    size_t length = strlen(typed);
    size_t kept = 0;
    for (size_t i = 0; i < candidates->count; i++) {
        if (strncmp(candidates->rows[i].word, typed, length) == 0) {
            candidates->rows[kept] = candidates->rows[i];
            kept++;
        }
    }
    candidates->count = kept;
}

/* Back to the first byte of a character (RFC 3629: the others are 10xxxxxx). */
static size_t whole_characters(const char *text, size_t length) {
    while (length > 0 && ((unsigned char)text[length] & 0xc0U) == 0x80U) {
        length--;
    }
    return length;
}

size_t candidates_common(const struct candidates *candidates) {
    if (candidates->count == 0) {
        return 0;
    }
    const char *first = candidates->rows[0].word;
    size_t common = strlen(first);
    for (size_t i = 1; i < candidates->count; i++) {
        const char *other = candidates->rows[i].word;
        size_t same = 0;
        while (same < common && other[same] == first[same]) {
            same++;
        }
        common = same;
    }
    return whole_characters(first, common);
}
