/* SPDX-License-Identifier: MIT */
/* Reads a command line of kcget as far as it is written, and prints what could come. */
#include "kcget/complete.h"

#include "kcget/commands.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct line {
    const struct kcget_command *command; /* NULL: kcget SERVICE TARGET */
    const struct option *options;
    const struct option *value_of; /* the word at the cursor is its value */
    size_t ended;                  /* the number of the word "--"; 0: none */
    size_t operands;
    const char *last_operand;
};

/* The option that takes the next word as its value. */
static const struct option *find_value(const struct option *options, const char *word) {
    for (const struct option *row = options; row->name != NULL; row++) {
        bool is_letter =
            word[1] != '-' && row->letter != 0 && word[strlen(word) - 1] == row->letter;
        bool is_name = word[1] == '-' && strcmp(word + 2, row->name) == 0;
        if (row->kind == OPTION_VALUE && (is_letter || is_name)) {
            return row;
        }
    }
    return NULL;
}

static void read_word(struct line *line, size_t number, const char *word) {
    if (line->value_of != NULL) {
        line->value_of = NULL;
    } else if (line->ended != 0 || word[0] != '-' || word[1] == '\0') {
        line->operands++;
        line->last_operand = word;
    } else if (strcmp(word, "--") == 0) {
        line->ended = number;
    } else {
        line->value_of = find_value(line->options, word);
    }
}

static void print_commands(void) {
    for (const struct kcget_command *row = kcget_commands; row->name != NULL; row++) {
        (void)printf("%s\t%s\n", row->name, row->help);
    }
}

/* NAME=SERVICE/TARGET; a tab in it is nothing that could be completed. */
static void print_pair(const char *word) {
    const char *equals = strchr(word, '=');
    const char *slash = equals == NULL ? NULL : strchr(equals, '/');
    if (equals == NULL || strchr(word, '\t') != NULL) {
        return;
    }
    if (slash == NULL) {
        (void)printf(":services\t%.*s\t/\n", (int)(equals + 1 - word), word);
        return;
    }
    (void)printf(":targets\t%.*s\t%.*s\n", (int)(slash - equals - 1), equals + 1,
                 (int)(slash + 1 - word), word);
}

static void print_operand(const struct line *line, const char *word) {
    if (line->command != NULL && strcmp(line->command->name, "exec") == 0) {
        print_pair(word);
    } else if (line->command != NULL && line->operands == 0) {
        (void)puts(":files");
    } else if (line->command == NULL && line->operands == 0) {
        (void)puts(":services\t\t");
    } else if (line->command == NULL && line->operands == 1 &&
               strchr(line->last_operand, '\t') == NULL) {
        (void)printf(":targets\t%s\t\n", line->last_operand);
    }
}

static void print_last(const struct line *line, const char *word) {
    bool is_exec = line->command != NULL && strcmp(line->command->name, "exec") == 0;
    if (line->value_of != NULL) {
        if (strcmp(line->value_of->argument, "FILE") == 0) {
            (void)puts(":files");
        }
    } else if (line->ended != 0 && is_exec) {
        (void)printf(":command\t%zu\n", line->ended + 1);
    } else if (line->ended == 0 && word[0] == '-') {
        options_list(line->options, stdout);
    } else {
        print_operand(line, word);
    }
}

void complete_print(const struct option *own, size_t count, const char *const *words) {
    struct line line = {.options = own};
    size_t first = 0;
    if (count == 0) {
        return;
    }
    if (count == 1 && words[0][0] != '-') {
        print_commands();
    } else if (count > 1 && commands_find(words[0]) != NULL) {
        line.command = commands_find(words[0]);
        line.options = line.command->options;
        first = 1;
    }
    for (size_t i = first; i + 1 < count; i++) {
        read_word(&line, i + 1, words[i]);
    }
    print_last(&line, words[count - 1]);
}
