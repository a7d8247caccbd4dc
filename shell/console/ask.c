/* SPDX-License-Identifier: MIT */
/* Asks by running the program, as the completions of the shells do. */
#include "shell/console/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Long for a program that reads its own tables; a person waits no longer for a list. */
#define WAIT_MS   2000
#define ROWS_SIZE ((size_t)1024 * 1024)

static const char own_rows[] = "pending\tlist-pending, in a word\n"
                               "exit\tleave the console\n"
                               "quit\tleave the console\n"
                               "help\thow a command is used\n";

static enum kc_error run(const struct ask *ask, char *const *argv, char **ret_rows) {
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
    char verb[] = "commands";
    char *const argv[] = {ask->program, verb, NULL};
    return run(ask, argv, ret_rows);
}

static enum kc_error command_rows(const struct ask *ask, char **ret_rows) {
    size_t size = sizeof own_rows + strlen(ask->commands);
    char *rows = malloc(size);
    if (rows == NULL) {
        return KC_NO_MEMORY;
    }
    (void)snprintf(rows, size, "%s%s", ask->commands, own_rows);
    *ret_rows = rows;
    return KC_OK;
}

static enum kc_error option_rows(const struct ask *ask, char *command, char **ret_rows) {
    char verb[] = "commands";
    char *const argv[] = {ask->program, verb, command, NULL};
    return run(ask, argv, ret_rows);
}

enum kc_error ask_rows(const void *context, const struct words *words, char **ret_rows) {
    const struct ask *ask = context;
    if (words->count == 1 || (words->count == 2 && strcmp(words->texts[0], "help") == 0)) {
        return command_rows(ask, ret_rows);
    }
    if (words->texts[words->count - 1][0] == '-') {
        return option_rows(ask, words->texts[0], ret_rows);
    }
    *ret_rows = strdup("");
    return *ret_rows != NULL ? KC_OK : KC_NO_MEMORY;
}
