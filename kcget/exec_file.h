/* SPDX-License-Identifier: MIT */
/*
 * Files of variables for `kcget exec --env-file`, line by line. Pure. A line is empty, a comment
 * ("#" first), or NAME=VALUE, perhaps behind "export ". What the tools that read such files
 * disagree about is refused instead of guessed: a value with blanks, quotes, "\", "$" or "`" stands
 * in single quotes, where everything but "'" is itself; in double quotes "\", "$" and "`" are
 * refused. So nothing is ever expanded but kc:// references, by expand.h.
 */
#ifndef KCGET_EXEC_FILE_H
#define KCGET_EXEC_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

/* Zeroed but for the text, which it borrows. */
struct exec_file {
    const char *text;
    size_t length;
    size_t at;
    size_t line; /* of the last variable, or of what is wrong; from 1 */
};

/* Both are pieces of the text. */
struct exec_file_variable {
    const char *name;
    size_t name_length;
    const char *value;
    size_t value_length;
};

/* The next one. KC_NOT_FOUND: the end. KC_INVALID: `why`, and `file->line`. */
KC_MUST_USE enum kc_error exec_file_next(struct exec_file *file,
                                         struct exec_file_variable *ret_variable,
                                         char why[KC_MESSAGE_MAX]);

/* A letter or "_", then these and digits: what a shell can name. */
bool exec_file_is_name(const char *name, size_t length);

#endif
