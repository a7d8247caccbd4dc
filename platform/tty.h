/* SPDX-License-Identifier: MIT */
/* The person at the terminal: asked only when there is one, and for secrets without echo. */
#ifndef PLATFORM_TTY_H
#define PLATFORM_TTY_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

enum tty_stream { TTY_INPUT, TTY_OUTPUT, TTY_ERRORS };

/* Whether standard input, output or error is a terminal. */
bool tty_is_terminal(enum tty_stream stream);

/* Whether this process has a controlling terminal and may read from it now: a process of a group
 * in the background would be stopped (SIGTTIN). */
bool tty_is_ours(void);

/*
 * Prints `prompt` on the controlling terminal and reads one line from it without echo. The
 * terminal's settings are put back on every way out, also when a signal ends the wait. The
 * newline isn't part of the answer.
 * KC_NOT_FOUND no controlling terminal · KC_TOO_BIG the line is longer than `size`, which is
 * then wiped · KC_END end of file or interrupted.
 */
KC_MUST_USE enum kc_error tty_read_secret(const char *prompt, char *buffer, size_t size,
                                          size_t *ret_length);

/* The same, with echo: for what may be seen. */
KC_MUST_USE enum kc_error tty_read_line(const char *prompt, char *buffer, size_t size,
                                        size_t *ret_length);

#endif
