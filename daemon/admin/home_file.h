/* SPDX-License-Identifier: MIT */
/* Where a file of another program's is. Whatever isn't EXIT_DONE has been said. */
#ifndef HOME_FILE_H
#define HOME_FILE_H

#include "libkc/options.h"
#include "platform/attr.h"

/* `named`, else what the environment's `variable` says, else ~/`name`; `named` and `variable` may
 * be NULL. free() it. */
KC_MUST_USE enum exit_code home_file_find(const char *named, const char *variable, const char *name,
                                          char **ret_path);

#endif
