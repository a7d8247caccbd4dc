/* SPDX-License-Identifier: MIT */
/*
 * The program behind `keychain-auth console`. It is a program of its own because it is linked with
 * readline, whose licence (GPL 3) would become that of everything else; so what is built from this
 * directory comes under the GPL, though its source, like the rest, is under the MIT licence.
 */
#include "libkc/options.h"
#include "platform/harden.h"
#include "platform/self.h"
#include "platform/tty.h"
#include "shell/console/console.h"

#include <stdio.h>
#include <stdlib.h>

static const struct option table[] = {
    {.name = "help", .letter = 'h', .help = "print this"},
    {.name = "version", .help = "print the version"},
    {.name = NULL},
};

static enum exit_code print_usage(void) {
    (void)fputs("usage: keychain-auth console\n"
                "reads commands of keychain-auth at the terminal, and runs them\n\n",
                stdout);
    options_print(table, stdout);
    (void)fputs("\nexample: keychain-auth console, then pending, then approve and Tab\n"
                "exit: 0 done, 2 usage, 4 other trouble\n",
                stdout);
    return EXIT_DONE;
}

static enum exit_code begin(void) {
    char *program = NULL;
    if (!tty_is_terminal(TTY_INPUT) || !tty_is_terminal(TTY_OUTPUT)) {
        return console_complain(EXIT_USAGE,
                                "there is no terminal; a script runs keychain-auth COMMAND");
    }
    /* A line may hold what should never have been typed there. */
    if (harden_memory_until_launch() == KC_NO_MEMORY ||
        self_sibling("keychain-auth", &program) != KC_OK) {
        return console_complain(EXIT_FAULT, "can't tell where keychain-auth is installed");
    }
    enum exit_code code = console_run(program);
    free(program);
    return code;
}

int main(int argc, char **argv) {
    KC_AUTO(options) options = NULL;
    char why[KC_MESSAGE_MAX] = "";
    if (harden_streams() != KC_OK) {
        return EXIT_FAULT;
    }
    enum kc_error error =
        options_parse(table, argc - 1, (const char *const *)argv + 1, &options, why);
    if (error != KC_OK) {
        return (int)console_complain(error == KC_INVALID ? EXIT_USAGE : EXIT_FAULT, why);
    }
    if (options_flag(options, "help", false)) {
        return (int)print_usage();
    }
    if (options_flag(options, "version", false)) {
        (void)puts("keychain-auth-console " KC_VERSION);
        return (int)EXIT_DONE;
    }
    if (options_operand_count(options) > 0) {
        return (int)console_complain(EXIT_USAGE, "no operands are taken; commands are typed");
    }
    return (int)begin();
}
