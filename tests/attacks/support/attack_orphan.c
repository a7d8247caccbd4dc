/* SPDX-License-Identifier: MIT */
/* Forks twice; the one in the middle ends. */
#define _GNU_SOURCE
#include "tests/attacks/support/attack_orphan.h"

#include "tests/attacks/support/attack.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

const char *const attack_kcget[] = {"kcget", "aws", "prize", NULL};

_Noreturn void attack_execute(const char *const *arguments) {
    (void)execvp(arguments[0], (char *const *)arguments);
    attack_die(arguments[0]);
}

void attack_as_the_user(const char *const *arguments) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
            attack_die("dup2");
        }
        attack_execute(arguments);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        attack_die(arguments[0]);
    }
}

static void await_parent(pid_t former) {
    const struct timespec moment = {0, 1000000};
    while (getppid() == former) {
        (void)nanosleep(&moment, NULL);
    }
}

static void echo(int output) {
    char buffer[4096];
    for (;;) {
        ssize_t count = read(output, buffer, sizeof buffer);
        if (count > 0) {
            (void)fwrite(buffer, 1, (size_t)count, stdout);
        } else if (count == 0 || errno != EINTR) {
            break;
        }
    }
    (void)fflush(stdout);
}

void attack_from_an_orphan(void (*live)(void)) {
    int output[2];
    if (pipe2(output, O_CLOEXEC) != 0) {
        attack_die("pipe2");
    }
    pid_t child = fork();
    if (child == 0) {
        pid_t middle = getpid();
        pid_t orphan = fork();
        if (orphan != 0) {
            _exit(orphan < 0);
        }
        await_parent(middle);
        if (setsid() < 0 || dup2(output[1], STDOUT_FILENO) < 0) {
            attack_die("an orphan");
        }
        live();
        _exit(0);
    }
    (void)close(output[1]);
    if (child < 0 || waitpid(child, NULL, 0) != child) {
        attack_die("fork");
    }
    echo(output[0]);
}
