/* SPDX-License-Identifier: MIT */
/*
 * The command line, against a table. Words are looked up whole: an abbreviation would change
 * its meaning when a program learns a new option.
 */
#include "libkc/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct given {
    const struct option *option;
    const char *value; /* NULL for a flag */
    bool is_negated;
};

struct options {
    size_t given_count;
    struct given *given;
    size_t operand_count;
    const char **operands;
};

/* Where the parser stands; `argv[next]` is the word that comes. */
struct reader {
    const struct option *table;
    int argc;
    const char *const *argv;
    int next;
    struct options *options;
    char *why;
};

/* An option as it was written: "name", up to a "=". */
struct word {
    const char *name;
    size_t length;
    const char *value; /* behind the "="; NULL when there is none */
};

static bool is_name(const struct option *row, const char *name, size_t length) {
    return strlen(row->name) == length && memcmp(row->name, name, length) == 0;
}

static const struct option *find_name(const struct option *table, const char *name, size_t length) {
    for (const struct option *row = table; row->name != NULL; row++) {
        if (is_name(row, name, length)) {
            return row;
        }
    }
    return NULL;
}

static const struct option *find_letter(const struct option *table, char letter) {
    for (const struct option *row = table; row->name != NULL; row++) {
        if (row->letter != 0 && row->letter == letter) {
            return row;
        }
    }
    return NULL;
}

static enum kc_error add_given(struct reader *reader, const struct option *option,
                               const char *value, bool is_negated) {
    struct options *options = reader->options;
    if (value != NULL && !option->can_repeat && options_given(options, option->name)) {
        (void)snprintf(reader->why, KC_MESSAGE_MAX, "\"--%s\" is given twice", option->name);
        return KC_INVALID;
    }
    options->given[options->given_count++] =
        (struct given){.option = option, .value = value, .is_negated = is_negated};
    return KC_OK;
}

/* The value in the word itself, or else the next word. */
static enum kc_error add_value(struct reader *reader, const struct option *option,
                               const char *attached) {
    if (attached == NULL && reader->next < reader->argc) {
        attached = reader->argv[reader->next++];
    }
    if (attached == NULL) {
        (void)snprintf(reader->why, KC_MESSAGE_MAX, "\"--%s\" needs a value: --%s %s", option->name,
                       option->name, option->argument);
        return KC_INVALID;
    }
    return add_given(reader, option, attached, false);
}

static enum kc_error refuse_unknown(struct reader *reader, const struct word *word) {
    const struct option *near = NULL;
    for (const struct option *row = reader->table; near == NULL && row->name != NULL; row++) {
        near = strncmp(row->name, word->name, word->length) == 0 ? row : NULL;
    }
    bool has_hint = near != NULL && word->length > 0;
    (void)snprintf(reader->why, KC_MESSAGE_MAX, "unknown option \"--%.*s\"%s%s%s",
                   (int)(word->length < 64 ? word->length : 64), word->name,
                   has_hint ? "; there is \"--" : "", has_hint ? near->name : "",
                   has_hint ? "\"" : "");
    return KC_INVALID;
}

static enum kc_error read_long(struct reader *reader, const char *text) {
    const char *equals = strchr(text, '=');
    struct word word = {.name = text,
                        .length = equals == NULL ? strlen(text) : (size_t)(equals - text),
                        .value = equals == NULL ? NULL : equals + 1};
    const struct option *row = find_name(reader->table, word.name, word.length);
    bool is_negated = false;
    if (row == NULL && strncmp(text, "no-", 3) == 0 && word.length > 3) {
        row = find_name(reader->table, word.name + 3, word.length - 3);
        row = row != NULL && row->can_negate ? row : NULL;
        is_negated = row != NULL;
    }
    if (row == NULL) {
        return refuse_unknown(reader, &word);
    }
    if (row->kind == OPTION_VALUE) {
        return add_value(reader, row, word.value);
    }
    if (word.value != NULL) {
        (void)snprintf(reader->why, KC_MESSAGE_MAX, "\"--%s%s\" takes no value",
                       is_negated ? "no-" : "", row->name);
        return KC_INVALID;
    }
    return add_given(reader, row, NULL, is_negated);
}

/* "-n", "-nq", "-sVALUE", "-s VALUE" */
static enum kc_error read_letters(struct reader *reader, const char *letters) {
    for (; *letters != '\0'; letters++) {
        const struct option *row = find_letter(reader->table, *letters);
        if (row == NULL) {
            bool is_plain = *letters > ' ' && *letters < 0x7f;
            (void)snprintf(reader->why, KC_MESSAGE_MAX, "unknown option \"-%c\"",
                           is_plain ? *letters : '?');
            return KC_INVALID;
        }
        if (row->kind == OPTION_VALUE) {
            return add_value(reader, row, letters[1] == '\0' ? NULL : letters + 1);
        }
        enum kc_error error = add_given(reader, row, NULL, false);
        if (error != KC_OK) {
            return error;
        }
    }
    return KC_OK;
}

static enum kc_error read_words(struct reader *reader) {
    struct options *options = reader->options;
    bool ended = false;
    enum kc_error error = KC_OK;
    while (error == KC_OK && reader->next < reader->argc) {
        const char *text = reader->argv[reader->next++];
        if (ended || text[0] != '-' || text[1] == '\0') {
            options->operands[options->operand_count++] = text;
        } else if (strcmp(text, "--") == 0) {
            ended = true;
        } else if (text[1] == '-') {
            error = read_long(reader, text + 2);
        } else {
            error = read_letters(reader, text + 1);
        }
    }
    return error;
}

/* Every letter of every word may be a flag of its own. */
static size_t count_letters(int argc, const char *const *argv) {
    size_t count = 1;
    for (int i = 0; i < argc; i++) {
        count += strlen(argv[i]);
    }
    return count;
}

enum kc_error options_parse(const struct option *table, int argc, const char *const *argv,
                            struct options **ret_options, char why[KC_MESSAGE_MAX]) {
    KC_AUTO(options) options = calloc(1, sizeof *options);
    if (options == NULL) {
        return KC_NO_MEMORY;
    }
    options->given = calloc(count_letters(argc, argv), sizeof *options->given);
    options->operands = calloc((size_t)argc + 1, sizeof *options->operands);
    if (options->given == NULL || options->operands == NULL) {
        return KC_NO_MEMORY;
    }
    struct reader reader = {
        .table = table, .argc = argc, .argv = argv, .options = options, .why = why};
    enum kc_error error = read_words(&reader);
    if (error != KC_OK) {
        return error;
    }
    *ret_options = options;
    options = NULL;
    return KC_OK;
}

void options_free(struct options *options) {
    if (options == NULL) {
        return;
    }
    free(options->given);
    free(options->operands);
    free(options);
}

size_t options_operand_count(const struct options *options) {
    return options->operand_count;
}

const char *options_operand(const struct options *options, size_t index) {
    return index < options->operand_count ? options->operands[index] : NULL;
}

bool options_flag(const struct options *options, const char *name, bool otherwise) {
    for (size_t i = 0; i < options->given_count; i++) {
        if (strcmp(options->given[i].option->name, name) == 0) {
            otherwise = !options->given[i].is_negated;
        }
    }
    return otherwise;
}

bool options_given(const struct options *options, const char *name) {
    for (size_t i = 0; i < options->given_count; i++) {
        if (strcmp(options->given[i].option->name, name) == 0) {
            return true;
        }
    }
    return false;
}

size_t options_value_count(const struct options *options, const char *name) {
    size_t count = 0;
    while (options_value(options, name, count) != NULL) {
        count++;
    }
    return count;
}

const char *options_value(const struct options *options, const char *name, size_t index) {
    for (size_t i = 0; i < options->given_count; i++) {
        const struct given *given = &options->given[i];
        if (given->value != NULL && strcmp(given->option->name, name) == 0 && index-- == 0) {
            return given->value;
        }
    }
    return NULL;
}
