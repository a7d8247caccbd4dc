/* SPDX-License-Identifier: MIT */
/*
 * What kcget does besides printing one value. A word is a command only as the very first one, so
 * that a service with the same name is reached with "--" before it.
 */
#ifndef KCGET_COMMANDS_H
#define KCGET_COMMANDS_H

#include "libkc/options.h"

struct kcget_command {
    const char *name;     /* NULL ends the table */
    const char *operands; /* as usage shows them */
    const char *help;     /* one line */
    const char *example;  /* one line */
    const struct option *options;
    /* `argv` without the command's name. Returns only when no other program was started. */
    enum exit_code (*run)(const struct kcget_command *command, int argc, const char *const *argv);
};

extern const struct kcget_command kcget_commands[];

/* NULL when there is none. */
const struct kcget_command *commands_find(const char *word);

/* Options as options_parse(); --help is answered here. EXIT_DONE with `*ret_options` NULL: it was.
 * Else the person was told. */
KC_MUST_USE enum exit_code commands_parse(const struct kcget_command *command, int argc,
                                          const char *const *argv, struct options **ret_options);

/* The usage line on standard error, behind a complaint; EXIT_USAGE. */
enum exit_code commands_refuse(const struct kcget_command *command);

/* How exit codes are explained at the end of every --help. */
#define COMMANDS_EXIT "exit: 0 done, 1 absent or denied, 2 usage, 3 no daemon, 4 other trouble\n"

/* One file each. */
enum exit_code exec_command(const struct kcget_command *command, int argc, const char *const *argv);
enum exit_code inject_command(const struct kcget_command *command, int argc,
                              const char *const *argv);

extern const struct option exec_options[];
extern const struct option inject_options[];

#endif
