/* SPDX-License-Identifier: MIT */
/*
 * What the attacks on memory share: other code in a running victim, code that no file backs, and
 * an exe link that names another program. Like attack.h: what goes wrong ends the program.
 */
#ifndef ATTACK_MEMORY_H
#define ATTACK_MEMORY_H

#include <stdint.h>
#include <sys/types.h>

struct attack_child;

/* The address in the line "ready ADDRESS" that a victim prints when it waits. */
uintptr_t attack_memory_hear(const struct attack_child *child);

/* Makes the victim's function at the address return true, through /proc/PID/mem. */
void attack_memory_overwrite(pid_t pid, uintptr_t address);

/* Lets the victim go on, prints what it prints, and ends. */
_Noreturn void attack_memory_release(const struct attack_child *child);

/* Moves every mapping of a file, whose name ends so, to memory that no file backs, at the same
 * addresses. It may be the caller's own code. */
void attack_memory_leave(const char *name_end);

/* prctl(PR_SET_MM_MAP): /proc/self/exe names the program. Only in a user name space of one's
 * own, and when nothing of the old program is mapped. Returns errno, or 0. */
int attack_memory_claim(const char *program);

#endif
