/* SPDX-License-Identifier: MIT */
/* Whether an entry of the policy still fits its file: for check, and for doctor. */
#ifndef FITNESS_H
#define FITNESS_H

#include <stdbool.h>

#define FITNESS_WHERE_SIZE 4096

struct policy_entry;

struct fitness {
    const char *word; /* "ok", "changed", "missing", "unreadable", "unsafe", "unknown" */
    bool is_unknown;  /* there was no memory to look; the word is "unreadable" then */
    char why[2 * FITNESS_WHERE_SIZE]; /* for say_show() */
    char where[FITNESS_WHERE_SIZE]; /* of "unsafe": the file or directory that others may change */
};

/* Reads the whole file. */
void fitness_look(const struct policy_entry *entry, struct fitness *fitness);

#endif
