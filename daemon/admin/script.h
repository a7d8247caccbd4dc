/* SPDX-License-Identifier: MIT */
/*
 * What runs a script: the program that the daemon will see, by its real path. From the script's
 * first line, through env(1) and PATH as it would be started from here, or as the person says.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "libkc/options.h"
#include "platform/attr.h"

struct subject;

/*
 * `told` is what --interpreter says, or NULL. `ret_interpreter` is NULL for what isn't a script;
 * free() it. EXIT_USAGE or EXIT_NO, and it was said: what runs the script can't be told, or can't
 * run it; it is over CHAIN_SCRIPTS_MAX; or --interpreter was given for a program. Warns of an
 * interpreter that must be registered, too, and of one that the daemon doesn't take for one.
 */
KC_MUST_USE enum exit_code script_interpreter(const struct subject *subject, const char *told,
                                              char **ret_interpreter);

#endif
