/* SPDX-License-Identifier: MIT */
/* The table of kcget's commands, and what its rows have in common. */
#include "kcget/commands.h"

#include "kcget/complain.h"
#include "kcget/output.h"

#include <stdio.h>
#include <string.h>

const struct kcget_command kcget_commands[] = {
    {"exec", "[NAME=SERVICE/TARGET]... -- COMMAND [ARGUMENT]...",
     "runs COMMAND with secrets in its environment; none of it when one is missing",
     "kcget exec TOKEN=github/ci -- gh release list", exec_options, exec_command},
    {"inject", "TEMPLATE", "writes TEMPLATE (\"-\": standard input) with values for references",
     "kcget inject -o ~/.npmrc npmrc.in    where npmrc.in has kc://npm/token", inject_options,
     inject_command},
    {.name = NULL}};

const struct kcget_command *commands_find(const char *word) {
    for (const struct kcget_command *command = kcget_commands; command->name != NULL; command++) {
        if (strcmp(command->name, word) == 0) {
            return command;
        }
    }
    return NULL;
}

static void print_form(const struct kcget_command *command, FILE *stream) {
    (void)fprintf(stream, "usage: kcget %s [OPTION]... %s\n", command->name, command->operands);
}

enum exit_code commands_refuse(const struct kcget_command *command) {
    print_form(command, stderr);
    (void)fprintf(stderr, "a service called \"%s\" is read with: kcget -- %s TARGET\n",
                  command->name, command->name);
    return EXIT_USAGE;
}

static enum exit_code print_help(const struct kcget_command *command) {
    print_form(command, stdout);
    (void)printf("%s\n\n", command->help);
    options_print(command->options, stdout);
    (void)printf("\nexample: %s\n" COMMANDS_EXIT, command->example);
    return output_end();
}

enum exit_code commands_parse(const struct kcget_command *command, int argc,
                              const char *const *argv, struct options **ret_options) {
    KC_AUTO(options) options = NULL;
    char why[KC_MESSAGE_MAX] = "out of memory";
    enum kc_error error = options_parse(command->options, argc, argv, &options, why);
    if (error != KC_OK) {
        complain("%s: %s", command->name, why);
        return error == KC_INVALID ? commands_refuse(command) : EXIT_FAULT;
    }
    if (options_given(options, "help")) {
        *ret_options = NULL;
        return print_help(command);
    }
    *ret_options = options;
    options = NULL;
    return EXIT_DONE;
}
