/* SPDX-License-Identifier: MIT */
/* The lines of a file of variables. */
#include "kcget/exec_file.h"

#include <stdio.h>
#include <string.h>

bool exec_file_is_name(const char *name, size_t length) {
    for (size_t i = 0; i < length; i++) {
        bool is_letter = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z') ||
                         name[i] == '_';
        bool is_digit = name[i] >= '0' && name[i] <= '9';
        if (!is_letter && !(is_digit && i > 0)) {
            return false;
        }
    }
    return length > 0;
}

static enum kc_error refuse(char *why, const char *sentence) {
    (void)snprintf(why, KC_MESSAGE_MAX, "%s", sentence);
    return KC_INVALID;
}

static bool has_any(const char *text, size_t length, const char *bytes) {
    for (size_t i = 0; i < length; i++) {
        if (strchr(bytes, text[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* A carriage return at the end of a line is the line's, as an editor of another system left it. */
static bool has_control(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (((unsigned char)text[i] < ' ' && text[i] != '\t') || text[i] == 0x7f) {
            return true;
        }
    }
    return false;
}

static bool is_quoted(const struct exec_file_variable *variable, char quote) {
    return variable->value_length > 0 && variable->value[0] == quote;
}

/* Takes the quotes away. */
static enum kc_error read_quoted(struct exec_file_variable *variable, char quote, char *why) {
    size_t length = variable->value_length;
    const char *end = memchr(variable->value + 1, quote, length - 1);
    if (end == NULL) {
        return refuse(why, "the quote isn't closed in this line");
    }
    if (end != variable->value + length - 1) {
        return refuse(why, "nothing may follow the closing quote");
    }
    variable->value++;
    variable->value_length = length - 2;
    if (quote == '"' && has_any(variable->value, variable->value_length, "\\$`")) {
        return refuse(why, "\"\\\", \"$\" and \"`\" must stand in single quotes: nothing is "
                           "expanded here");
    }
    return KC_OK;
}

static enum kc_error read_value(struct exec_file_variable *variable, char *why) {
    if (is_quoted(variable, '\'')) {
        return read_quoted(variable, '\'', why);
    }
    if (is_quoted(variable, '"')) {
        return read_quoted(variable, '"', why);
    }
    if (has_any(variable->value, variable->value_length, " \t'\"\\$`")) {
        return refuse(why, "a value with blanks, quotes, \"\\\", \"$\" or \"`\" must stand in "
                           "single quotes");
    }
    return KC_OK;
}

static void skip_blanks(const char **line, size_t *length) {
    while (*length > 0 && (**line == ' ' || **line == '\t')) {
        (*line)++;
        (*length)--;
    }
}

static enum kc_error read_variable(const char *line, size_t length,
                                   struct exec_file_variable *ret_variable, char *why) {
    static const char export[] = "export ";
    if (has_control(line, length)) {
        return refuse(why, "a control character");
    }
    if (length >= sizeof export && memcmp(line, export, sizeof export - 1) == 0) {
        line += sizeof export - 1;
        length -= sizeof export - 1;
        skip_blanks(&line, &length);
    }
    const char *equals = memchr(line, '=', length);
    size_t name_length = equals == NULL ? 0 : (size_t)(equals - line);
    if (equals == NULL || !exec_file_is_name(line, name_length)) {
        return refuse(why, "NAME=VALUE is needed, the name of letters, digits and \"_\"");
    }
    struct exec_file_variable variable = {.name = line,
                                          .name_length = name_length,
                                          .value = equals + 1,
                                          .value_length = length - name_length - 1};
    while (variable.value_length > 0 &&
           strchr(" \t", variable.value[variable.value_length - 1]) != NULL) {
        variable.value_length--;
    }
    enum kc_error error = read_value(&variable, why);
    if (error == KC_OK) {
        *ret_variable = variable;
    }
    return error;
}

enum kc_error exec_file_next(struct exec_file *file, struct exec_file_variable *ret_variable,
                             char why[KC_MESSAGE_MAX]) {
    while (file->at < file->length) {
        const char *line = file->text + file->at;
        size_t left = file->length - file->at;
        const char *newline = memchr(line, '\n', left);
        size_t length = newline == NULL ? left : (size_t)(newline - line);
        file->at += newline == NULL ? length : length + 1;
        file->line++;
        length -= length > 0 && line[length - 1] == '\r' ? 1 : 0;
        skip_blanks(&line, &length);
        if (length > 0 && line[0] != '#') {
            return read_variable(line, length, ret_variable, why);
        }
    }
    return KC_NOT_FOUND;
}
