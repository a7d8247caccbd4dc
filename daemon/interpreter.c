/* SPDX-License-Identifier: MIT */
/*
 * One reader of command lines for all interpreters, by the grammars of interpreter_grammar.c. What
 * is loaded because of the environment (BASH_ENV, PERL5OPT, NODE_OPTIONS) isn't seen here.
 */
#include "daemon/interpreter.h"

#include "daemon/interpreter_internal.h"

#include <string.h>

/* isspace(3) */
#define BLANKS " \t\n\v\f\r"

/* By the first argument, which has a dash before it in a login shell. */
static const struct family *family_called(const char *name) {
    return family_find(name[0] == '-' ? name + 1 : name);
}

/* A command line while it is read. */
struct command {
    const struct grammar *grammar;
    const char *next; /* argument */
    const char *end;
    const char *script;
    bool is_cut; /* more arguments follow, which we don't have */
    bool reads_input;
    bool stays;
};

static const char *take_argument(struct command *command) {
    if (command->next == command->end) {
        return NULL;
    }
    const char *argument = command->next;
    command->next += strlen(argument) + 1;
    return argument;
}

static bool has_letter(const char *letters, char letter) {
    return letters != NULL && strchr(letters, letter) != NULL;
}

/* A second script is code that is loaded beside the first; "-" would be standard input. */
static bool take_script(struct command *command, const char *script) {
    if (script == NULL || script[0] == '\0' || strcmp(script, "-") == 0 ||
        command->script != NULL) {
        return false;
    }
    command->script = script;
    return true;
}

/* The value behind `letter`, and so the end of the word; false: there is none, or one of them isn't
 * known. */
static bool read_value(struct command *command, const char *letter) {
    const struct grammar *grammar = command->grammar;
    const char *rest = letter + 1;
    if (has_letter(grammar->attached, *letter)) {
        return strpbrk(rest, BLANKS) == NULL; /* perl reads on behind a blank */
    }
    bool is_next = has_letter(grammar->next, *letter);
    bool is_script = has_letter(grammar->script, *letter);
    if ((is_next && *rest != '\0') || /* the shells differ in what the rest is then */
        (!is_next && !is_script && !has_letter(grammar->valued, *letter))) {
        return false;
    }
    const char *value = *rest != '\0' ? rest : take_argument(command);
    if (is_script) {
        return take_script(command, value);
    }
    return value != NULL && (grammar->values == NULL || list_has(grammar->values, value));
}

/* The letters of one word; false: one of them isn't known. */
static bool read_letters(struct command *command, const char *letters) {
    const struct grammar *grammar = command->grammar;
    for (; *letters != '\0'; letters++) {
        if (has_letter(grammar->input, *letters)) {
            command->reads_input = true;
        } else if (has_letter(grammar->stays, *letters)) {
            command->stays = true;
        } else if (!has_letter(grammar->flags, *letters)) {
            return read_value(command, letters);
        }
    }
    return true;
}

/* A long option, without its dashes; false: it isn't known. */
static bool read_word(struct command *command, const char *text) {
    const struct grammar *grammar = command->grammar;
    const char *script = grammar->script_word;
    if (script != NULL && strncmp(text, script, strlen(script)) == 0) {
        return take_script(command, text + strlen(script));
    }
    const char *list = grammar->words;
    const char *word = NULL;
    size_t length = 0;
    while (list_next(&list, &word, &length)) {
        if (strncmp(text, word, length) == 0 && (text[length] == '\0' || word[length - 1] == '=')) {
            return true;
        }
    }
    return false;
}

static bool read_option(struct command *command, const char *word) {
    const struct grammar *grammar = command->grammar;
    if (word[0] == '+') { /* with it "s" means one thing to bash, and another to dash */
        return word[1] != '\0' && strchr(word, 's') == NULL && read_letters(command, word + 1);
    }
    if (word[1] == '-') {
        return read_word(command, word + 2);
    }
    if ((grammar->traits & ONE_DASH_WORDS) != 0 && read_word(command, word + 1)) {
        return true;
    }
    return read_letters(command, word + 1);
}

static bool is_option(const struct grammar *grammar, const char *word) {
    return (word[0] == '-' && word[1] != '\0') ||
           (word[0] == '+' && (grammar->traits & PLUS_IS_DASH) != 0);
}

/* All that stands before the first operand; false: some of it isn't known. */
static bool read_options(struct command *command, const char **ret_operand) {
    const char *word = take_argument(command);
    while (word != NULL && is_option(command->grammar, word) &&
           !list_has(command->grammar->ends, word)) {
        if (!read_option(command, word)) {
            return false;
        }
        word = take_argument(command);
    }
    if (word != NULL && list_has(command->grammar->ends, word)) {
        word = take_argument(command);
    }
    *ret_operand = word; /* NULL: there is none */
    return true;
}

static enum interpreter_use read_operand(struct command *command, const char *operand) {
    const struct grammar *grammar = command->grammar;
    bool is_dash = operand != NULL && strcmp(operand, "-") == 0;
    if (command->script == NULL && operand != NULL && !command->reads_input) {
        if (is_dash && (grammar->traits & DASH_IS_INPUT) != 0) {
            return USE_INPUT;
        }
        if ((grammar->traits & OPERAND_IS_CODE) != 0 || list_has(grammar->commands, operand) ||
            !take_script(command, operand)) {
            return USE_INLINE;
        }
    }
    if (operand == NULL && command->is_cut) {
        return USE_INLINE; /* the options go on: awk takes a second script there */
    }
    if (command->script == NULL) {
        return USE_INPUT;
    }
    /* What is typed, or piped, behind a script would have the script's rights. */
    return command->stays ? USE_INLINE : USE_SCRIPT;
}

static bool calls_applets(const struct family *family) {
    return family->grammar != NULL && (family->grammar->traits & CALLS_APPLETS) != 0;
}

/* What a program of many names was called as, and its grammar; false: nothing that is known. */
static bool choose_applet(struct command *command, const char *name) {
    const struct family *family = family_called(name);
    if (family != NULL && calls_applets(family)) {
        name = take_argument(command);
        family = name != NULL ? family_find(name) : NULL;
    }
    if (family == NULL || family->grammar == NULL || calls_applets(family)) {
        return false;
    }
    command->grammar = family->grammar;
    return true;
}

/* Of an interpreter that has a grammar. */
static enum interpreter_use read_command(struct command *command, const char *name) {
    const char *operand = NULL;
    if ((command->grammar->traits & CALLS_APPLETS) != 0 && !choose_applet(command, name)) {
        return USE_INLINE;
    }
    return read_options(command, &operand) ? read_operand(command, operand) : USE_INLINE;
}

bool interpreter_is_one(const char *path) {
    return family_find(path) != NULL;
}

/* One that was cut may not be what it seems. */
static size_t whole_length(const char *arguments, size_t length) {
    while (length > 0 && arguments[length - 1] != '\0') {
        length--;
    }
    return length;
}

enum interpreter_use interpreter_use(const char *path, const char *arguments, size_t length,
                                     const char **ret_script) {
    const struct family *family = family_find(path);
    if (family == NULL) {
        return USE_NONE;
    }
    size_t whole = whole_length(arguments, length);
    if (whole == 0) {
        return USE_INLINE;
    }
    struct command command = {.grammar = family->grammar,
                              .next = arguments,
                              .end = arguments + whole,
                              .is_cut = whole < length};
    const char *name = take_argument(&command);
    enum interpreter_use use = command.next == command.end ? USE_INPUT : USE_INLINE;
    if (family->grammar != NULL) {
        use = read_command(&command, name);
    }
    if (use == USE_INPUT && (command.is_cut || family_called(name) == NULL)) {
        use = USE_INLINE; /* it wrote over its arguments ("npm install"): they say nothing */
    }
    if (use == USE_SCRIPT) {
        *ret_script = command.script;
    }
    return use;
}
