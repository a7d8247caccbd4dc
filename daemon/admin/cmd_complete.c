/* SPDX-License-Identifier: MIT */
/*
 * complete: the words that could stand at the cursor, for the completions of the shells; a word, a
 * tab and what it is a line, or the line ":files" where a file could stand. Names come from the
 * policy and from the list of those who wait; only targets are asked of the daemon, with a search
 * that it records, and it has a second to answer. Never says what went wrong: a person is typing.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/complete.h"
#include "daemon/admin/names.h"

#include <stdio.h>
#include <string.h>

static void print_commands(void) {
    for (const struct command *command = admin_commands; command->name != NULL; command++) {
        (void)printf("%s\t%s\n", command->name, command->help);
    }
    (void)puts("help\tprint how a command is used\n"
               "--help\tprint how the program is used\n"
               "--version\tprint the version");
}

/* One of the alternatives of a form; the lower-case ones are words themselves. */
static void print_alternative(const char *form, const struct wanted *wanted) {
    static const char *const actions[] = {"read", "write", "delete", "search"};
    const struct names_prefix none = {.text = "", .behind = ""};
    if (strcmp(form, "ID") == 0) {
        names_print_waiting();
    } else if (strcmp(form, "PATH") == 0) {
        names_print_paths();
        (void)puts(":files");
    } else if (strcmp(form, "FILE") == 0) {
        (void)puts(":files");
    } else if (strcmp(form, "COMMAND") == 0) {
        print_commands();
    } else if (strcmp(form, "SERVICE") == 0) {
        names_print_services(&none);
    } else if ((strcmp(form, "TARGET") == 0 || strcmp(form, "PREFIX") == 0) &&
               wanted->service != NULL) {
        names_print_targets(wanted->service, &none);
    } else if (strcmp(form, "ACTION") == 0) {
        for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
            (void)printf("%s\t\n", actions[i]);
        }
    } else if (form[0] >= 'a' && form[0] <= 'z') {
        (void)printf("%s\t\n", form);
    }
}

/* SERVICE[,...]: the services that are there already stay. */
static void print_list(const struct wanted *wanted, const char *word) {
    const char *comma = strrchr(wanted->typed, ',');
    size_t kept = comma == NULL ? 0 : (size_t)(comma + 1 - wanted->typed);
    char before[1024];
    int length = snprintf(before, sizeof before, "%.*s", (int)(wanted->kept + kept), word);
    if (length >= 0 && (size_t)length < sizeof before) {
        const struct names_prefix prefix = {.text = before, .behind = "", .as_grant = true};
        names_print_services(&prefix);
    }
}

static void print_value(const struct wanted *wanted, const char *word) {
    char form[COMPLETE_FORM_SIZE];
    if (strcmp(wanted->form, "SERVICE[,...]") == 0) {
        print_list(wanted, word);
        return;
    }
    if (wanted->kept > 0) {
        return; /* --name=VALUE: the shells complete the words of --name VALUE */
    }
    (void)snprintf(form, sizeof form, "%s", wanted->form);
    for (char *at = form; at != NULL;) {
        char *bar = strchr(at, '|');
        if (bar != NULL) {
            *bar = '\0';
        }
        print_alternative(at, wanted);
        at = bar == NULL ? NULL : bar + 1;
    }
}

/* --services [BEFORE [BEHIND]], --targets SERVICE [BEFORE]: for the completions of kcget, which
 * knows its own command line, and no names. */
static void print_names(const struct options *options) {
    const char *first = options_operand(options, 0);
    const char *second = options_operand(options, 1);
    if (options_flag(options, "services", false)) {
        const struct names_prefix prefix = {.text = first == NULL ? "" : first,
                                            .behind = second == NULL ? "" : second};
        names_print_services(&prefix);
    } else if (first != NULL) {
        const struct names_prefix prefix = {.text = second == NULL ? "" : second, .behind = ""};
        names_print_targets(first, &prefix);
    }
}

enum exit_code cmd_complete(const struct options *options) {
    static const char *const empty[] = {""};
    size_t count = options_operand_count(options);
    if (options_flag(options, "services", false) || options_flag(options, "targets", false)) {
        print_names(options);
        return EXIT_DONE;
    }
    const char *words[COMPLETE_WORDS_MAX];
    if (count > COMPLETE_WORDS_MAX) {
        return EXIT_DONE;
    }
    for (size_t i = 0; i < count; i++) {
        words[i] = options_operand(options, i);
    }
    struct wanted wanted;
    complete_find(admin_commands, count == 0 ? 1 : count, count == 0 ? empty : words, &wanted);
    if (wanted.is_nothing) {
        return EXIT_DONE;
    }
    if (wanted.command == NULL) {
        print_commands();
    } else if (wanted.is_option) {
        options_list(wanted.command->options, stdout);
    } else {
        print_value(&wanted, count == 0 ? "" : words[count - 1]);
    }
    return EXIT_DONE;
}
