/* SPDX-License-Identifier: MIT */
/* Where a program is that is named without a slash: PATH, as execvp(3) and shells read it. */
#ifndef SEARCH_PATH_H
#define SEARCH_PATH_H

#include <stdbool.h>

#define SEARCH_PATH_SIZE 4096

/* The first that may be executed, as PATH spells it; an empty place there is this directory.
 * `only_absolute`: places that mean something else elsewhere are passed over. False: there is
 * none. */
bool search_path(const char *name, bool only_absolute, char ret_path[SEARCH_PATH_SIZE]);

#endif
