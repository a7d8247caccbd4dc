/* SPDX-License-Identifier: MIT */
/* Who we are ourselves: for the record of what a command of ours did, and to find our own programs,
 * which are installed beside each other. */
#ifndef PLATFORM_SELF_H
#define PLATFORM_SELF_H

#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

/* The number of this process. */
uint64_t self_number(void);

/* The number of the user that this process runs as. */
uint64_t self_user(void);

/* The absolute path of the program that this process runs, as the system knows it: of a file that
 * was replaced meanwhile it may be one that isn't there. free() it. KC_NOT_FOUND. */
KC_MUST_USE enum kc_error self_program(char **ret_path);

/* The path of `name` beside the file that this process runs, whether it is there or not; free() it.
 * KC_UNSAFE: the system can't tell what we run, or it isn't installed any more. */
KC_MUST_USE enum kc_error self_sibling(const char *name, char **ret_path);

#endif
