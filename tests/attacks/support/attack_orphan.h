/* SPDX-License-Identifier: MIT */
/* For attacks on the chain above a helper: processes that nobody is above, and what they print. */
#ifndef ATTACK_ORPHAN_H
#define ATTACK_ORPHAN_H

/* Runs a program of the user's (arguments[0] is looked for, NULL ends) and dies when it fails: the
 * user's part of the story. */
void attack_as_the_user(const char *const *arguments);

/* Where kcget asks for the prize; NULL ends. */
extern const char *const attack_kcget[];

/* Executes; dies when that fails. */
_Noreturn void attack_execute(const char *const *arguments);

/* Calls `live` in a process that the first process has taken in, and prints what it, and whatever
 * comes of it, prints, until all of them have closed their output. */
void attack_from_an_orphan(void (*live)(void));

#endif
