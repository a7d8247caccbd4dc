/* SPDX-License-Identifier: MIT */
/*
 * Runs a command and takes in whatever it leaves behind: as a child subreaper it inherits
 * every orphan, so a daemon that detached can't hide. What still lives when the command has
 * ended is named, killed, and makes the run a failure. Only its own descendants are touched.
 *
 * `session` wants an orphan that nobody of ours is above. KC_TEST_REAPER tells it our number: at
 * SIGUSR1 we look away, at SIGUSR2 we take orphans in again.
 *
 *     reaper COMMAND [ARGUMENT…]     exits as the command did, or with 99
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_LEFT   99
#define GRACE_STEPS 200 /* of 10 ms: for processes that are ending already */

static int exit_code_of(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Waits for the command; orphans that end meanwhile are taken in and forgotten. */
static int wait_for(pid_t command) {
    for (;;) {
        int status = 0;
        pid_t ended = waitpid(-1, &status, 0);
        if (ended == command) {
            return exit_code_of(status);
        }
        if (ended < 0 && errno != EINTR) {
            return EXIT_LEFT;
        }
    }
}

/* Whether, after a moment, no child is left. */
static bool all_have_ended(void) {
    const struct timespec step = {.tv_nsec = 10 * 1000 * 1000};
    for (int i = 0; i < GRACE_STEPS; i++) {
        pid_t ended = waitpid(-1, NULL, WNOHANG);
        if (ended < 0 && errno == ECHILD) {
            return true;
        }
        if (ended == 0) {
            (void)nanosleep(&step, NULL);
        }
    }
    return false;
}

static void print_name(pid_t process) {
    char path[64];
    char name[64] = "?\n";
    (void)snprintf(path, sizeof path, "/proc/%ld/comm", (long)process);
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        (void)!fgets(name, sizeof name, file);
        (void)fclose(file);
    }
    (void)fprintf(stderr, "left behind: process %ld, %s", (long)process, name);
}

/* Ends the children that are there now; theirs become ours, so this is done again and again. */
static bool end_children(void) {
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        perror(path);
        return false;
    }
    long child = 0;
    bool found = false;
    while (fscanf(file, "%ld", &child) == 1) { /* NOLINT: the kernel writes these numbers */
        print_name((pid_t)child);
        (void)kill((pid_t)child, SIGKILL);
        (void)waitpid((pid_t)child, NULL, 0);
        found = true;
    }
    (void)fclose(file);
    return found;
}

/* prctl(2) is a plain call of the kernel, and keeps no state that a signal could find half done. */
static void on_signal(int number) {
    int before = errno;
    (void)prctl(PR_SET_CHILD_SUBREAPER, number == SIGUSR1 ? 0L : 1L);
    errno = before;
}

static bool offer_to_look_away(void) {
    const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    char number[24];
    (void)snprintf(number, sizeof number, "%ld", (long)getpid());
    return sigaction(SIGUSR1, &action, NULL) == 0 && sigaction(SIGUSR2, &action, NULL) == 0 &&
           setenv("KC_TEST_REAPER", number, 1) == 0;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s COMMAND [ARGUMENT...]\n", argv[0]);
        return 2;
    }
    if (prctl(PR_SET_CHILD_SUBREAPER, 1L) != 0) {
        perror("PR_SET_CHILD_SUBREAPER");
        return EXIT_LEFT;
    }
    if (!offer_to_look_away()) {
        perror("sigaction");
        return EXIT_LEFT;
    }
    pid_t command = fork();
    if (command == 0) {
        (void)execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(127);
    }
    if (command < 0) {
        perror("fork");
        return EXIT_LEFT;
    }
    int code = wait_for(command);
    if (all_have_ended()) {
        return code;
    }
    while (end_children()) {
    }
    return EXIT_LEFT;
}
