/* SPDX-License-Identifier: MIT */
/*
 * Becoming another program. Nothing is forked: the process keeps its number, its parent, its
 * streams and its terminal, so that signals and the exit code are the program's own.
 */
#ifndef PLATFORM_LAUNCH_H
#define PLATFORM_LAUNCH_H

#include "platform/attr.h"
#include "platform/kc_error.h"

/* `entry` is "NAME=VALUE" and becomes part of the environment itself, not a copy (putenv(3)): it
 * must live until the launch. A variable of that name is replaced. One thread only. */
KC_MUST_USE enum kc_error launch_set_variable(char *entry);

/*
 * Becomes the program `argv[0]`, looked for in PATH when it has no slash; `argv` ends with NULL.
 * Returns only when it couldn't: KC_NOT_FOUND no such file · KC_DENIED there is one that may not be
 * executed · KC_TOO_BIG arguments and environment together are too long for the system
 * (execve(2), E2BIG) · KC_INVALID it isn't a program.
 */
KC_MUST_USE enum kc_error launch_program(char *const *argv);

#endif
