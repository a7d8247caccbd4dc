/* SPDX-License-Identifier: MIT */
/* What somebody may have meant. Pure. */
#ifndef NEAREST_H
#define NEAREST_H

#include "daemon/admin/admin.h"

/* The command of that name; NULL when there is none. */
const struct command *nearest_exact(const struct command *table, const char *name);

/* The command whose name takes the fewest changes, within a third of its letters; else NULL. */
const struct command *nearest_command(const struct command *table, const char *name);

#endif
