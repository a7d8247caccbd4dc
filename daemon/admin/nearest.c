/* SPDX-License-Identifier: MIT */
/* Edit distance between names: insert, delete, replace, or swap two neighbours. */
#include "daemon/admin/nearest.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define NAME_LENGTH_MAX 32

static size_t least(size_t one, size_t two, size_t three) {
    size_t smaller = one < two ? one : two;
    return smaller < three ? smaller : three;
}

/* Both at most NAME_LENGTH_MAX. */
static size_t distance(const char *from, const char *to) {
    size_t from_length = strlen(from);
    size_t to_length = strlen(to);
    size_t cost[NAME_LENGTH_MAX + 1][NAME_LENGTH_MAX + 1];
    for (size_t i = 0; i <= from_length; i++) {
        cost[i][0] = i;
    }
    for (size_t j = 0; j <= to_length; j++) {
        cost[0][j] = j;
    }
    for (size_t i = 1; i <= from_length; i++) {
        for (size_t j = 1; j <= to_length; j++) {
            size_t replaced = cost[i - 1][j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
            bool is_swap = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            size_t swapped = is_swap ? cost[i - 2][j - 2] + 1 : replaced;
            size_t shifted = cost[i - 1][j] < cost[i][j - 1] ? cost[i - 1][j] : cost[i][j - 1];
            cost[i][j] = least(shifted + 1, replaced, swapped);
        }
    }
    return cost[from_length][to_length];
}

const struct command *nearest_exact(const struct command *table, const char *name) {
    for (const struct command *command = table; command->name != NULL; command++) {
        if (strcmp(command->name, name) == 0) {
            return command;
        }
    }
    return NULL;
}

const struct command *nearest_command(const struct command *table, const char *name) {
    const struct command *nearest = NULL;
    size_t nearest_distance = 0;
    if (strlen(name) > NAME_LENGTH_MAX) {
        return NULL;
    }
    for (const struct command *command = table; command->name != NULL; command++) {
        size_t changes = distance(name, command->name);
        bool is_near = changes <= (strlen(command->name) + 2) / 3;
        if (is_near && (nearest == NULL || changes < nearest_distance)) {
            nearest = command;
            nearest_distance = changes;
        }
    }
    return nearest;
}
