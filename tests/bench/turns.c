/* SPDX-License-Identifier: MIT */
/*
 * Times two programs, each with the same arguments, in turns, and prints the medians in
 * microseconds. Whatever is run has GENERATIONS processes of this program above it.
 *
 *     turns GENERATIONS ROUNDS ONE OTHER [ARGUMENT…]
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

enum { ROUNDS_MAX = 100000, GENERATIONS_MAX = 30, WARM_UP = 10 };

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

/* What it prints goes nowhere. */
static double time_program(char **arguments, const char *program) {
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    arguments[0] = (char *)(uintptr_t)program;
    if (posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) != 0) {
        die("posix_spawn_file_actions");
    }
    uint64_t start = now_ns();
    errno = posix_spawn(&child, program, &actions, NULL, arguments, environ);
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

static void take_turns(size_t rounds, const char *const programs[2], char **arguments) {
    static double times[2][ROUNDS_MAX + WARM_UP];
    for (size_t i = 0; i < rounds + WARM_UP; i++) {
        for (size_t which = 0; which < 2; which++) {
            times[which][i] = time_program(arguments, programs[which]);
        }
    }
    for (size_t which = 0; which < 2; which++) {
        qsort(&times[which][WARM_UP], rounds, sizeof(double), compare);
        (void)printf("%.0f%c", times[which][WARM_UP + rounds / 2], which == 0 ? ' ' : '\n');
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

int main(int argc, char **argv) {
    size_t generations = argc >= 5 ? strtoul(argv[1], NULL, 10) : 0;
    size_t rounds = argc >= 5 ? strtoul(argv[2], NULL, 10) : 0;
    if (generations < 1 || generations > GENERATIONS_MAX || rounds < 10 || rounds > ROUNDS_MAX) {
        (void)fprintf(stderr,
                      "usage: turns GENERATIONS ROUNDS ONE OTHER [ARGUMENT...]; "
                      "1 to %d generations, 10 to %d rounds\n",
                      GENERATIONS_MAX, ROUNDS_MAX);
        return 2;
    }
    const char *const programs[] = {argv[3], argv[4]};
    descend(generations);
    take_turns(rounds, programs, argv + 4);
    return 0;
}
