/* SPDX-License-Identifier: MIT */
/*
 * The first line of a script: "#!", the absolute path of what runs it, and perhaps words for that
 * (execve(2), "Interpreter scripts"). env(1) as the interpreter names the one that counts. Pure.
 */
#ifndef SHEBANG_H
#define SHEBANG_H

#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

#define SHEBANG_MAX 256 /* bytes that Linux reads of that line, since 5.1 (execve(2)) */

struct shebang {
    char path[SHEBANG_MAX]; /* absolute; "": `name` is to be looked for */
    char name[SHEBANG_MAX]; /* without a slash, as env(1) looks for it in PATH; "" */
};

/*
 * `bytes` are the first of the file, SHEBANG_MAX of them unless it is shorter.
 * KC_NOT_FOUND: it doesn't begin with "#!" · KC_INVALID: `ret_why` is a sentence without a
 * subject, static.
 */
KC_MUST_USE enum kc_error shebang_parse(const char *bytes, size_t length,
                                        struct shebang *ret_shebang, const char **ret_why);

#endif
