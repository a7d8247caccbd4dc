/* SPDX-License-Identifier: MIT */
/* Reads a command line as options_parse() would, as far as it is written, and looks what comes. */
#include "daemon/admin/complete.h"

#include "daemon/admin/nearest.h"

#include <stdio.h>
#include <string.h>

struct reader {
    const struct command *command;
    const struct option *value_of; /* an option whose value is the next word */
    bool is_ended;                 /* behind "--" */
    size_t operands;
    const char *service;
};

static const struct option *find_option(const struct command *command, const char *name,
                                        size_t length) {
    for (const struct option *row = command->options; row->name != NULL; row++) {
        if (row->kind == OPTION_VALUE && strlen(row->name) == length &&
            memcmp(row->name, name, length) == 0) {
            return row;
        }
    }
    return NULL;
}

static const struct option *find_letter(const struct command *command, char letter) {
    for (const struct option *row = command->options; row->name != NULL; row++) {
        if (row->kind == OPTION_VALUE && row->letter != 0 && row->letter == letter) {
            return row;
        }
    }
    return NULL;
}

/* The word of usage for the operand at `index`: "PID | PATH ACTION" has two, brackets and "..." say
 * what may be missing, and the last one is repeated where dots follow it. */
static void read_form(const char *operands, size_t index, char *ret_form) {
    size_t length = 0;
    size_t word = 0;
    ret_form[0] = '\0';
    for (const char *at = operands; *at != '\0'; at++) {
        if (strchr("[]", *at) != NULL) {
            continue;
        }
        if (strncmp(at, " | ", 3) == 0) {
            at += 2;
        } else if (strncmp(at, "...", 3) == 0 || (*at == ' ' && word == index)) {
            return; /* a word with dots is the last one, and stays */
        } else if (*at == ' ') {
            word++;
            length = 0;
            continue;
        }
        if (length + 1 < COMPLETE_FORM_SIZE) {
            ret_form[length++] = *at == ' ' ? '|' : *at;
            ret_form[length] = '\0';
        }
    }
    if (word < index) {
        ret_form[0] = '\0';
    }
}

static void read_operand(struct reader *reader, const char *word) {
    char form[COMPLETE_FORM_SIZE];
    read_form(reader->command->operands, reader->operands, form);
    if (strcmp(form, "SERVICE") == 0) {
        reader->service = word;
    }
    reader->operands++;
}

/* One word that is complete. */
static void read_word(struct reader *reader, const char *word) {
    if (reader->value_of != NULL) {
        reader->value_of = NULL;
    } else if (reader->is_ended || word[0] != '-' || word[1] == '\0') {
        read_operand(reader, word);
    } else if (strcmp(word, "--") == 0) {
        reader->is_ended = true;
    } else if (word[1] == '-') {
        reader->value_of = find_option(reader->command, word + 2, strlen(word + 2));
    } else {
        reader->value_of = find_letter(reader->command, word[strlen(word) - 1]);
    }
    /* `explain --pid N` has its first operand there. */
    if (reader->value_of != NULL && strcmp(reader->value_of->name, "pid") == 0) {
        reader->operands++;
    }
}

static void want_value(const struct option *option, const char *typed, size_t kept,
                       struct wanted *wanted) {
    (void)snprintf(wanted->form, sizeof wanted->form, "%s", option->argument);
    wanted->typed = typed;
    wanted->kept = kept;
}

/* The word at the cursor. */
static void read_last(const struct reader *reader, const char *word, struct wanted *wanted) {
    wanted->typed = word;
    wanted->service = reader->service;
    if (reader->value_of != NULL) {
        want_value(reader->value_of, word, 0, wanted);
        return;
    }
    if (!reader->is_ended && word[0] == '-') {
        const char *equals = strchr(word, '=');
        const struct option *option =
            equals == NULL || word[1] != '-'
                ? NULL
                : find_option(reader->command, word + 2, (size_t)(equals - word) - 2);
        if (option != NULL) {
            want_value(option, equals + 1, (size_t)(equals + 1 - word), wanted);
        } else {
            wanted->is_option = equals == NULL;
            wanted->is_nothing = equals != NULL;
        }
        return;
    }
    read_form(reader->command->operands, reader->operands, wanted->form);
}

void complete_find(const struct command *table, size_t count, const char *const *words,
                   struct wanted *ret_wanted) {
    *ret_wanted = (struct wanted){.typed = words[count - 1]};
    if (count == 1 || (count == 2 && strcmp(words[0], "help") == 0)) {
        return;
    }
    struct reader reader = {.command = nearest_exact(table, words[0])};
    if (reader.command == NULL) {
        ret_wanted->is_nothing = true;
        return;
    }
    ret_wanted->command = reader.command;
    for (size_t i = 1; i + 1 < count; i++) {
        read_word(&reader, words[i]);
    }
    read_last(&reader, words[count - 1], ret_wanted);
}
