/* SPDX-License-Identifier: MIT */
/* Child processes for tests to look at: they do what a case needs, say so, and wait. */
#ifndef TEST_VICTIM_H
#define TEST_VICTIM_H

#include <stdbool.h>
#include <sys/types.h>

struct victim {
    pid_t pid;
    int orders;  /* we write here */
    int answers; /* and read here */
};

/* Starts a child that calls `prepare` (may be NULL), answers whether it returned true, and
 * then waits for the order to execute or for its end. */
struct victim victim_start(bool (*prepare)(void *context), void *context, bool *ret_prepared);

/* Lets it execute `program` with the one argument "60"; returns when that has happened. */
void victim_execute(struct victim *victim, const char *program);

/* Kills it but leaves the zombie. */
void victim_kill(const struct victim *victim);

/* Kills it, reaps it, closes the pipes. */
void victim_end(struct victim *victim);

#endif
