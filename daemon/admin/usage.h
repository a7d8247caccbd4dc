/* SPDX-License-Identifier: MIT */
/* What --help says, of the program and of each command: never more than a screen (24 lines of 80
 * columns), and always with an example. */
#ifndef USAGE_H
#define USAGE_H

#include <stdio.h>

struct command;

/* keychain-auth --help, on standard output. */
void usage_print(void);

/* keychain-auth COMMAND --help, on standard output. */
void usage_print_command(const struct command *command);

/* Its first line alone. */
void usage_print_form(const struct command *command, FILE *stream);

#endif
