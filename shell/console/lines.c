/* SPDX-License-Identifier: MIT */
/* The console's own words are rows of one table. Everything else is keychain-auth's to judge. */
#include "shell/console/lines.h"

#include <string.h>

struct own_word {
    const char *word;
    enum line_kind kind;
    const char *instead; /* the command that is meant */
    const char *why;
};

static const struct own_word own_words[] = {
    {"exit", LINE_LEAVE, NULL, NULL},
    {"quit", LINE_LEAVE, NULL, NULL},
    {"pending", LINE_COMMAND, "list-pending", NULL},
    {"console", LINE_REFUSED, NULL, "this is the console already"},
    {"trust-session", LINE_REFUSED, NULL,
     "trust-session is about the shell that you work in: run it there"},
    {NULL, LINE_NOTHING, NULL, NULL},
};

static const struct own_word *own_word(const char *word) {
    const struct own_word *row = own_words;
    while (row->word != NULL && strcmp(row->word, word) != 0) {
        row++;
    }
    return row->word != NULL ? row : NULL;
}

static void add(struct line_plan *plan, const char *argument) {
    plan->arguments[plan->count] = argument;
    plan->count++;
    plan->arguments[plan->count] = NULL;
}

/* Behind the command, so that --no-ask can still follow. */
static void add_question(struct line_plan *plan) {
    if (strcmp(plan->arguments[0], "approve") == 0) {
        add(plan, "--ask");
    }
}

/* Of the words, the one that names the command. */
static size_t first_of(const struct words *words) {
    return words->count > 1 && strcmp(words->texts[0], "keychain-auth") == 0 ? 1 : 0;
}

const char *line_command(const struct words *words, size_t *ret_first) {
    size_t first = first_of(words);
    const struct own_word *own = own_word(words->texts[first]);
    *ret_first = first;
    return own != NULL && own->instead != NULL ? own->instead : words->texts[first];
}

void line_plan(const struct words *words, struct line_plan *ret_plan) {
    size_t first = 0;
    *ret_plan = (struct line_plan){.kind = LINE_NOTHING};
    if (words->count == 0) {
        return;
    }
    const char *command = line_command(words, &first);
    const struct own_word *own = own_word(words->texts[first]);
    bool is_alone = words->count == first + 1;
    ret_plan->kind = own != NULL ? own->kind : LINE_COMMAND;
    ret_plan->why = own != NULL ? own->why : NULL;
    if (own == NULL && is_alone && strcmp(words->texts[first], "help") == 0) {
        ret_plan->kind = LINE_HELP;
    }
    for (size_t i = first; i < words->count; i++) {
        add(ret_plan, i == first ? command : words->texts[i]);
        if (i == first) {
            add_question(ret_plan);
        }
    }
}

/* set SERVICE TARGET, and nothing more: another word may be the value. */
static bool is_bare_set(const struct words *words, size_t first) {
    size_t operands = 0;
    for (size_t i = first + 1; i < words->count; i++) {
        if (words->texts[i][0] == '-') {
            return false;
        }
        operands++;
    }
    return operands <= 2;
}

static bool has_attribute(const struct words *words) {
    for (size_t i = 0; i < words->count; i++) {
        if (strncmp(words->texts[i], "--attr", 6) == 0 ||
            strncmp(words->texts[i], "--match", 7) == 0) {
            return true;
        }
    }
    return false;
}

bool line_may_be_kept(const char *line, const struct words *words,
                      const struct candidates *commands) {
    size_t first = first_of(words);
    if (words->count == 0 || line[0] == ' ' || line[0] == '\t') {
        return false;
    }
    const char *command = words->texts[first];
    if (own_word(command) == NULL && strcmp(command, "help") != 0 &&
        !candidates_have(commands, command)) {
        return false;
    }
    if (strcmp(command, "set") == 0 && !is_bare_set(words, first)) {
        return false;
    }
    return !has_attribute(words);
}
