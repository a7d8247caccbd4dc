/* SPDX-License-Identifier: MIT */
/* Lines of processes for tests to walk up: each is the parent of the next, and the last one waits.
 * All of them end with the first, and that one with us. */
#ifndef TEST_FAMILY_H
#define TEST_FAMILY_H

#include <stddef.h>
#include <sys/types.h>

#define FAMILY_MAX 40

struct family {
    size_t count;
    pid_t pids[FAMILY_MAX]; /* the eldest first; 0: unknown */
    int input;              /* as long as it is open they live; or the terminal; -1 */
    int output;             /* its standard output, to read from; -1 */
};

/* A child, its child, and so on: `count` of them, forked from this program. */
struct family family_fork(size_t count);

/* A program whose first line of output is the number of a child of its own: the last of them. Its
 * standard input is a pipe with `input` in it (NULL: nothing), closed behind that. */
struct family family_run(const char *const *arguments, const char *directory, const char *input);

/* The same of a shell without arguments at a terminal, told to run `command` in the background. */
struct family family_type(const char *shell, const char *command);

/* One that shuts its memory, and its child, which runs sleep(1). */
struct family family_shut(void);

pid_t family_last(const struct family *family);

/* The one at `index` ends, and is buried; the next becomes an orphan. */
void family_kill(struct family *family, size_t index);
void family_end(struct family *family);

#endif
