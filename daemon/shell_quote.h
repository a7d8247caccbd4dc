/* SPDX-License-Identifier: MIT */
/*
 * Operands of the commands that we suggest. A person will paste them into a shell, and their
 * text comes from outside: it must arrive there as one word, and be what it looks like. Pure.
 */
#ifndef SHELL_QUOTE_H
#define SHELL_QUOTE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes `text` as one word of a POSIX shell, quoted where that is needed. False, and
 * `buffer` is "", when it is empty, begins with a dash, doesn't fit whole, or holds what can't
 * be shown honestly (control characters, bidirectional marks, bytes that aren't UTF-8).
 */
bool shell_quote(const char *text, char *buffer, size_t size);

#endif
