/* SPDX-License-Identifier: MIT */
/*
 * kcget --complete WORD...: what could be the last WORD of a command line, for the completions of
 * the shells; a word, a tab and its help a line. kcget knows no names. Where one could stand, it
 * says so in a line that begins with a colon, its parts separated by tabs:
 *
 *     :services BEFORE BEHIND    a service, with these around it
 *     :targets SERVICE BEFORE    a target of it, with this before it
 *     :files                     a file
 *     :command N                 a command line, which begins at the Nth WORD (from 1)
 */
#ifndef KCGET_COMPLETE_H
#define KCGET_COMPLETE_H

#include <stddef.h>

#include "libkc/options.h"

/* `own` are the options of kcget without a command. */
void complete_print(const struct option *own, size_t count, const char *const *words);

#endif
