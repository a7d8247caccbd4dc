/* SPDX-License-Identifier: MIT */
/*
 * What an interpreter was told to run: a script file, standard input, or code that has no name.
 * Goes by the name of its program file and by its arguments, which a process may rewrite: a label,
 * never a boundary. What the grammar here doesn't know is code without a name. Pure.
 */
#ifndef INTERPRETER_H
#define INTERPRETER_H

#include <stdbool.h>
#include <stddef.h>

enum interpreter_use {
    USE_NONE,   /* not an interpreter: the program file says all there is to say */
    USE_INPUT,  /* no script: it reads standard input, a terminal or not */
    USE_SCRIPT, /* a file */
    USE_INLINE  /* -c, -e, -m, code that is loaded before the script, or arguments we can't read */
};

/* By the last part of the path of its image: sh, bash5.2, python3.11, node … */
bool interpreter_is_one(const char *path);

/*
 * `arguments` as process_arguments() gives them: each ended by a NUL, the first is the program's
 * own name. `ret_script` is set for USE_SCRIPT: the name as it was given, borrowed from
 * `arguments`, and relative to wherever the process was when it began.
 * Arguments whose last one lacks its NUL were cut there: then only a script that is an operand is
 * USE_SCRIPT, since nothing behind it can change what is run, and all else is USE_INLINE. So is an
 * interpreter without arguments.
 */
enum interpreter_use interpreter_use(const char *path, const char *arguments, size_t length,
                                     const char **ret_script);

#endif
