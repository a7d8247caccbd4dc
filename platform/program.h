/* SPDX-License-Identifier: MIT */
/* Where the running program is installed, and turning into another one. */
#ifndef PLATFORM_PROGRAM_H
#define PLATFORM_PROGRAM_H

#include <stdbool.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

/* The real path of a file by its place relative to the program's own directory; free() it.
 * KC_NOT_FOUND: there is none. */
KC_MUST_USE enum kc_error program_beside(const char *relative, char **ret_path);

/* The same, relative to the directory of the library that holds the object at `inside`.
 * KC_NOT_FOUND also: it is in no library. */
KC_MUST_USE enum kc_error program_beside_library(const void *inside, const char *relative,
                                                 char **ret_path);

/* Whether there is such a file and we may execute it. */
bool program_is_there(const char *path);

/* Sets a variable for the programs to come. Not while other threads run (setenv(3)). */
KC_MUST_USE enum kc_error program_set_variable(const char *name, const char *value);

/* Becomes the program, looked for in PATH; `arguments` end with a NULL and begin with its name.
 * Returns only on failure: KC_NOT_FOUND, KC_DENIED (not executable), KC_IO. */
KC_MUST_USE enum kc_error program_become(const char *const *arguments);

#endif
