/* SPDX-License-Identifier: MIT */
/*
 * Times some commands in turns, the order turned round each time, and prints the median of each in
 * microseconds. Each is run twice in a row, and the second one counts: who comes behind another
 * finds the machine busy with that one's end. Whatever is run has GENERATIONS processes of this
 * program above it.
 *
 *     turns GENERATIONS ROUNDS COMMAND [ARGUMENT…] [, COMMAND [ARGUMENT…]]…
 *
 * Before the command NAME=VALUE changes its environment, and <FILE is its standard input, which is
 * else empty. What it prints goes nowhere; a command that fails ends this one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS_MAX = 100000, GENERATIONS_MAX = 30, COMMANDS_MAX = 8, WARM_UP = 5, NAMES_MAX = 256 };

struct command {
    char **arguments;
    const char *input;
    char *environment[NAMES_MAX + 1];
    double times[ROUNDS_MAX + WARM_UP];
};

static _Noreturn void die(const char *what) {
    (void)fprintf(stderr, "turns: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void must_succeed(pid_t child, const char *what) {
    int status = 0;
    if (waitpid(child, &status, 0) != child) {
        die("waitpid");
    }
    if (status != 0) {
        (void)fprintf(stderr, "turns: %s failed\n", what);
        exit(1);
    }
}

static double time_command(const struct command *command) {
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    const char *program = command->arguments[0];
    if (posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, command->input, O_RDONLY, 0) !=
            0 ||
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) != 0) {
        die("posix_spawn_file_actions");
    }
    uint64_t start = now_ns();
    errno = posix_spawnp(&child, program, &actions, NULL, command->arguments, command->environment);
    if (errno != 0) {
        die(program);
    }
    must_succeed(child, program);
    uint64_t end = now_ns();
    (void)posix_spawn_file_actions_destroy(&actions);
    return (double)(end - start) / 1000;
}

static int compare(const void *one, const void *other) {
    double left = *(const double *)one;
    double right = *(const double *)other;
    return (left > right) - (left < right);
}

static void take_turns(size_t rounds, struct command *commands, size_t count) {
    for (size_t i = 0; i < rounds + WARM_UP; i++) {
        for (size_t k = 0; k < count; k++) {
            struct command *command = &commands[i % 2 == 0 ? k : count - 1 - k];
            (void)time_command(command);
            command->times[i] = time_command(command);
        }
    }
    for (size_t k = 0; k < count; k++) {
        qsort(&commands[k].times[WARM_UP], rounds, sizeof(double), compare);
        (void)printf("%.0f%c", commands[k].times[WARM_UP + rounds / 2], k + 1 < count ? ' ' : '\n');
    }
}

/* Until there are as many as are wanted; each waits for the next. */
static void descend(size_t generations) {
    for (size_t i = 1; i < generations; i++) {
        pid_t child = fork();
        if (child < 0) {
            die("fork");
        }
        if (child > 0) {
            must_succeed(child, "the next generation");
            exit(0);
        }
    }
}

/* Puts one of ours first, where getenv(3) finds it. */
static void change_environment(struct command *command, char *word) {
    size_t count = 0;
    while (command->environment[count] != NULL) {
        count++;
    }
    if (count == NAMES_MAX) {
        errno = E2BIG;
        die(word);
    }
    memmove(command->environment + 1, command->environment, (count + 1) * sizeof(char *));
    command->environment[0] = word;
}

/* Returns the words behind it, or NULL: there is no command. */
static char **read_command(struct command *command, char **words) {
    command->input = "/dev/null";
    for (size_t i = 0; i < NAMES_MAX && environ[i] != NULL; i++) {
        command->environment[i] = environ[i];
    }
    for (; *words != NULL && (**words == '<' || strchr(*words, '=') != NULL); words++) {
        if (**words == '<') {
            command->input = *words + 1;
        } else {
            change_environment(command, *words);
        }
    }
    command->arguments = words;
    while (*words != NULL && strcmp(*words, ",") != 0) {
        words++;
    }
    if (words == command->arguments) {
        return NULL;
    }
    char **rest = words + (*words != NULL ? 1 : 0);
    *words = NULL;
    return rest;
}

int main(int argc, char **argv) {
    static struct command commands[COMMANDS_MAX];
    size_t generations = argc >= 4 ? strtoul(argv[1], NULL, 10) : 0;
    size_t rounds = argc >= 4 ? strtoul(argv[2], NULL, 10) : 0;
    size_t count = 0;
    char **words = argc >= 4 ? argv + 3 : NULL;
    while (words != NULL && *words != NULL && count < COMMANDS_MAX) {
        words = read_command(&commands[count], words);
        count++;
    }
    if (words == NULL || *words != NULL || generations < 1 || generations > GENERATIONS_MAX ||
        rounds < 2 || rounds > ROUNDS_MAX) {
        (void)fprintf(stderr,
                      "usage: turns GENERATIONS ROUNDS COMMAND [ARGUMENT...] [, COMMAND...]...; "
                      "1 to %d generations, 2 to %d rounds, at most %d commands\n",
                      GENERATIONS_MAX, ROUNDS_MAX, COMMANDS_MAX);
        return 2;
    }
    descend(generations);
    take_turns(rounds, commands, count);
    return 0;
}
