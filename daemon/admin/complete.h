/* SPDX-License-Identifier: MIT */
/*
 * What is wanted at the end of a command line, by the table of commands: which words could stand
 * there, not which there are. Pure.
 */
#ifndef COMPLETE_H
#define COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/admin/admin.h"

#define COMPLETE_FORM_SIZE 64
#define COMPLETE_WORDS_MAX 256

struct wanted {
    const struct command *command; /* NULL: a command is wanted, unless `is_nothing` */
    bool is_nothing;
    bool is_option;                /* one of the command's options, by its name */
    char form[COMPLETE_FORM_SIZE]; /* else what usage calls the word: "ID|PATH", "SERVICE[,...]" */
    const char *typed;             /* what there is of it, without a "--name=" before it … */
    size_t kept;                   /* … of so many bytes */
    const char *service;           /* the operand that is one; NULL: none yet */
};

/* `words` are those behind the program's name; the last one is at the cursor and may be "". At
 * least one. */
void complete_find(const struct command *table, size_t count, const char *const *words,
                   struct wanted *ret_wanted);

#endif
