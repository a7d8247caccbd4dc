/* SPDX-License-Identifier: MIT */
/* Programs that do whatever they are told, so that their hash says little about who asks. Pure. */
#ifndef GENERAL_H
#define GENERAL_H

#include <stdbool.h>

/* "an interpreter", "a shell" …; NULL: nothing is known against it. Goes by the file's name. */
const char *general_kind(const char *path);

/* The dynamic loader, by the names that it has. */
bool general_is_loader(const char *path);

#endif
