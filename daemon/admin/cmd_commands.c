/* SPDX-License-Identifier: MIT */
/* commands: the table as completions read it, a word, a tab and its help a line. */
#include "daemon/admin/admin.h"

#include "daemon/admin/nearest.h"
#include "daemon/admin/say.h"

#include <stdio.h>

enum exit_code cmd_commands(const struct options *options) {
    if (options_operand_count(options) == 0) {
        for (const struct command *command = admin_commands; command->name != NULL; command++) {
            (void)printf("%s\t%s\n", command->name, command->help);
        }
        return EXIT_DONE;
    }
    const char *name = options_operand(options, 0);
    const struct command *command = nearest_exact(admin_commands, name);
    if (command == NULL) {
        struct shown shown;
        say("there is no command \"%s\"", say_show(name, &shown));
        return EXIT_USAGE;
    }
    options_list(command->options, stdout);
    return EXIT_DONE;
}
