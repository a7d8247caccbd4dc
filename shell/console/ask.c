/* SPDX-License-Identifier: MIT */
/* Asks by running the program, as the completions of the shells do. */
#include "shell/console/ask.h"

#include "shell/console/lines.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Long for a program that reads its own tables; a person waits no longer for a list. */
#define WAIT_MS   2000
#define ROWS_SIZE ((size_t)1024 * 1024)

static const char own_rows[] = "pending\tlist-pending, in a word\n"
                               "exit\tleave the console\n"
                               "quit\tleave the console\n";

static enum kc_error run(const struct ask *ask, const char *const *argv, char **ret_rows) {
    char *rows = malloc(ROWS_SIZE);
    if (rows == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = foreground_read(ask->foreground, argv, WAIT_MS, rows, ROWS_SIZE);
    if (error != KC_OK) {
        free(rows);
        return error;
    }
    *ret_rows = rows;
    return KC_OK;
}

enum kc_error ask_commands(const struct ask *ask, char **ret_rows) {
    const char *const argv[] = {ask->program, "commands", NULL};
    return run(ask, argv, ret_rows);
}

/* What the console knows besides. */
static enum kc_error add_own_rows(char **rows) {
    size_t size = strlen(*rows) + sizeof own_rows;
    char *all = malloc(size);
    if (all == NULL) {
        return KC_NO_MEMORY;
    }
    (void)snprintf(all, size, "%s%s", *rows, own_rows);
    free(*rows);
    *rows = all;
    return KC_OK;
}

enum kc_error ask_rows(const void *context, const struct words *words, char **ret_rows) {
    const struct ask *ask = context;
    const char *argv[WORDS_MAX + 4] = {ask->program, "complete", "--"};
    size_t first = 0;
    const char *command = line_command(words, &first);
    bool is_first = words->count == first + 1;
    argv[3] = is_first ? words->texts[first] : command;
    for (size_t i = first + 1; i < words->count; i++) {
        argv[3 + i - first] = words->texts[i];
    }
    char *rows = NULL;
    enum kc_error error = run(ask, argv, &rows);
    if (error == KC_OK && is_first) {
        error = add_own_rows(&rows);
    }
    if (error != KC_OK) {
        free(rows);
        return error;
    }
    *ret_rows = rows;
    return KC_OK;
}
