/* SPDX-License-Identifier: MIT */
/*
 * Counts the instructions of a process, all its threads together, while a command runs: each is
 * executed as a single step. Slow, but exact where the processor's own counters can't be read and
 * no emulator knows the system calls. A repeated string instruction counts once for each repetition.
 *
 *     steps PID COMMAND [ARGUMENT…]
 *
 * Prints the number. What COMMAND prints goes nowhere; when it fails, so does this program.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS_MAX = 256 };

struct watch {
    pid_t threads[THREADS_MAX];
    size_t count;
    uint64_t steps;
    pid_t command;
    bool is_over; /* the command has ended: who stops is let go */
    int result;
};

static _Noreturn void die(const char *what) {
    (void)fprintf(stderr, "steps: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* A thread may end at any moment, which its wait status tells. */
static void act(enum __ptrace_request request, pid_t thread, uintptr_t data, const char *what) {
    if (ptrace(request, thread, NULL, data) != 0 && errno != ESRCH) {
        die(what);
    }
}

static void add(struct watch *watch, pid_t thread) {
    for (size_t i = 0; i < watch->count; i++) {
        if (watch->threads[i] == thread) {
            return;
        }
    }
    if (watch->count == THREADS_MAX) {
        errno = E2BIG;
        die("threads");
    }
    watch->threads[watch->count] = thread;
    watch->count++;
}

static void forget(struct watch *watch, pid_t thread) {
    for (size_t i = 0; i < watch->count; i++) {
        if (watch->threads[i] == thread) {
            watch->count--;
            watch->threads[i] = watch->threads[watch->count];
            return;
        }
    }
}

static void seize(struct watch *watch, const char *pid) {
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%s/task", pid);
    DIR *directory = opendir(path);
    if (directory == NULL) {
        die(path);
    }
    for (const struct dirent *entry = readdir(directory); entry != NULL;
         entry = readdir(directory)) {
        pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);
        if (thread > 0) {
            if (ptrace(PTRACE_SEIZE, thread, NULL, (uintptr_t)PTRACE_O_TRACECLONE) != 0) {
                die("PTRACE_SEIZE");
            }
            add(watch, thread);
            act(PTRACE_INTERRUPT, thread, 0, "PTRACE_INTERRUPT");
        }
    }
    (void)closedir(directory);
}

static pid_t run(char **command) {
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    if (posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) != 0) {
        die("posix_spawn_file_actions");
    }
    errno = posix_spawnp(&child, command[0], &actions, NULL, command, environ);
    if (errno != 0) {
        die(command[0]);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return child;
}

static void on_command_ended(struct watch *watch, int status) {
    watch->is_over = true;
    watch->result = status == 0 ? 0 : 1;
    for (size_t i = 0; i < watch->count; i++) {
        act(PTRACE_INTERRUPT, watch->threads[i], 0, "PTRACE_INTERRUPT");
    }
}

static void on_stopped(struct watch *watch, pid_t thread, int status) {
    int event = status >> 16;
    int signal = WSTOPSIG(status);
    add(watch, thread); /* one that was born meanwhile */
    if (event == 0 && signal == SIGTRAP) {
        watch->steps += watch->is_over ? 0 : 1;
    }
    uintptr_t delivered = event != 0 || signal == SIGTRAP ? 0 : (uintptr_t)signal;
    if (watch->is_over) {
        act(PTRACE_DETACH, thread, delivered, "PTRACE_DETACH");
        forget(watch, thread);
    } else {
        act(PTRACE_SINGLESTEP, thread, delivered, "PTRACE_SINGLESTEP");
    }
}

int main(int argc, char **argv) {
    struct watch watch = {0};
    if (argc < 3) {
        (void)fprintf(stderr, "usage: steps PID COMMAND [ARGUMENT...]\n");
        return 2;
    }
    seize(&watch, argv[1]);
    watch.command = run(argv + 2);
    while (!watch.is_over || watch.count > 0) {
        int status = 0;
        pid_t changed = waitpid(-1, &status, __WALL);
        if (changed < 0) {
            die("waitpid");
        }
        if (changed == watch.command) {
            on_command_ended(&watch, status);
        } else if (WIFSTOPPED(status)) {
            on_stopped(&watch, changed, status);
        } else {
            forget(&watch, changed);
        }
    }
    (void)printf("%llu\n", (unsigned long long)watch.steps);
    return watch.result;
}
