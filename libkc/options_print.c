/* SPDX-License-Identifier: MIT */
/* The table of options as a person reads it. The programs write the lines around it. */
#include "libkc/options.h"

#include <stdio.h>

/* Forms longer than this push their help to a line of its own; the others make the column. */
#define FORM_WIDTH 32
#define FORM_SIZE  128

/* "-s, --socket ADDRESS", "    --[no-]search" */
static void write_form(const struct option *row, char form[FORM_SIZE]) {
    char letter[] = "-x, ";
    letter[1] = row->letter;
    (void)snprintf(form, FORM_SIZE, "%s--%s%s%s%s", row->letter == 0 ? "    " : letter,
                   row->can_negate ? "[no-]" : "", row->name, row->kind == OPTION_VALUE ? " " : "",
                   row->kind == OPTION_VALUE ? row->argument : "");
}

/* Columns on a terminal, near enough: characters, not bytes. */
static int count_characters(const char *text) {
    int count = 0;
    for (; *text != '\0'; text++) {
        count += ((unsigned char)*text & 0xc0) != 0x80 ? 1 : 0;
    }
    return count;
}

static int find_width(const struct option *table) {
    int widest = 0;
    for (const struct option *row = table; row->name != NULL; row++) {
        char form[FORM_SIZE];
        write_form(row, form);
        int width = count_characters(form);
        widest = width > widest && width <= FORM_WIDTH ? width : widest;
    }
    return widest;
}

void options_print(const struct option *table, FILE *stream) {
    int column = find_width(table);
    for (const struct option *row = table; row->name != NULL; row++) {
        char form[FORM_SIZE];
        write_form(row, form);
        int width = count_characters(form);
        if (width > column) {
            (void)fprintf(stream, "  %s\n", form);
            width = -2;
            form[0] = '\0';
        }
        (void)fprintf(stream, "  %s%*s  %s\n", form, column - width, "", row->help);
    }
}

void options_list(const struct option *table, FILE *stream) {
    for (const struct option *row = table; row->name != NULL; row++) {
        (void)fprintf(stream, "--%s\t%s\n", row->name, row->help);
        if (row->can_negate) {
            (void)fprintf(stream, "--no-%s\tnot: %s\n", row->name, row->help);
        }
        if (row->letter != 0) {
            (void)fprintf(stream, "-%c\t%s\n", row->letter, row->help);
        }
    }
}
