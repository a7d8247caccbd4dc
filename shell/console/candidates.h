/* SPDX-License-Identifier: MIT */
/*
 * What may stand at the cursor: rows of a word, a tab and its help, as keychain-auth prints its
 * tables for completions; those that go on from what was typed, and how far all of them agree.
 * Pure.
 */
#ifndef CONSOLE_CANDIDATES_H
#define CONSOLE_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

#define CANDIDATES_MAX 4096

struct candidate {
    const char *word;
    const char *help; /* "" when there is none */
};

struct candidates {
    size_t count;
    struct candidate rows[CANDIDATES_MAX];
};

/* Cuts `text` into rows, in place, and borrows it. Left out are rows without a word, with a control
 * character or with bytes that aren't UTF-8, and what comes behind CANDIDATES_MAX rows. */
KC_MUST_USE enum kc_error candidates_new(char *text, struct candidates **ret_candidates);
void candidates_free(struct candidates *candidates);

bool candidates_have(const struct candidates *candidates, const char *word);

/* Keeps only the rows whose word begins with `typed`. */
void candidates_narrow(struct candidates *candidates, const char *typed);

/* How many bytes the words have in common, whole characters only; 0 when there is none. */
size_t candidates_common(const struct candidates *candidates);

KC_AUTO_DEFINE(candidates)

#endif
