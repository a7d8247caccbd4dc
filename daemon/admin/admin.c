/* SPDX-License-Identifier: MIT */
/*
 * From a command line to a command: finds the row, parses its options, counts its operands,
 * and makes sure at the end that what was printed has arrived.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/nearest.h"
#include "daemon/admin/say.h"
#include "daemon/admin/usage.h"

#include <stdio.h>
#include <string.h>

static enum exit_code run(const struct command *command, const struct options *options) {
    size_t count = options_operand_count(options);
    if (options_flag(options, "help", false)) {
        usage_print_command(command);
        return EXIT_DONE;
    }
    if (count < command->operands_min || count > command->operands_max) {
        say("%s: too %s operands", command->name, count < command->operands_min ? "few" : "many");
        usage_print_form(command, stderr);
        return EXIT_USAGE;
    }
    return command->run(options);
}

static enum exit_code run_command(const struct command *command, int argc,
                                  const char *const *argv) {
    KC_AUTO(options) options = NULL;
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = options_parse(command->options, argc, argv, &options, why);
    if (error == KC_INVALID) {
        say_report(why, error);
        usage_print_form(command, stderr);
        return EXIT_USAGE;
    }
    return error == KC_OK ? run(command, options) : say_fault(error, "can't start");
}

static enum exit_code refuse(const char *word) {
    struct shown shown;
    const struct command *nearest = nearest_command(admin_commands, word);
    if (nearest == NULL) {
        say("there is no command \"%s\"; see keychain-auth --help", say_show(word, &shown));
    } else {
        say("there is no command \"%s\"; did you mean \"%s\"?", say_show(word, &shown),
            nearest->name);
    }
    return EXIT_USAGE;
}

/* "help COMMAND" is "COMMAND --help". */
static enum exit_code help_with(const char *word) {
    const struct command *command = nearest_exact(admin_commands, word);
    if (command == NULL) {
        return refuse(word);
    }
    usage_print_command(command);
    return EXIT_DONE;
}

static enum exit_code run_word(int argc, const char *const *argv) {
    const char *word = argv[1];
    if (strcmp(word, "help") == 0 && argc > 2) {
        return help_with(argv[2]);
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        usage_print();
        return EXIT_DONE;
    }
    if (strcmp(word, "--version") == 0) {
        (void)puts("keychain-auth " KC_VERSION);
        (void)puts("built with: " KC_BUILT_WITH);
        return EXIT_DONE;
    }
    const struct command *command = nearest_exact(admin_commands, word);
    return command == NULL ? refuse(word) : run_command(command, argc - 2, argv + 2);
}

enum exit_code admin_main(int argc, const char *const *argv) {
    if (argc < 2) {
        say("a command is missing; see keychain-auth --help");
        return EXIT_USAGE;
    }
    enum exit_code code = run_word(argc, argv);
    /* /dev/full, or a pipe that nobody reads: what was asked for didn't arrive. */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        say("can't write to standard output");
        return EXIT_FAULT;
    }
    return code;
}
