/* SPDX-License-Identifier: MIT */
/*
 * attack: forks the helper first, and then becomes an approved program, which is above it so
 * expects: released
 * control: none
 * kind: residual
 * removed-by: confirmation, system mode
 * cost: -
 * needs: first-process
 *
 * Ancestors of the same user are a label: they are what they claim to be, but not who began it.
 */
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_orphan.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TRIES 5000

/* Until our parent runs the approved program. */
static void await_disguise(const char *program) {
    const struct timespec moment = {0, 1000000};
    char name[64];
    char runs[PATH_MAX] = "";
    (void)snprintf(name, sizeof name, "/proc/%ld/exe", (long)getppid());
    for (int i = 0; i < TRIES && strcmp(runs, program) != 0; i++) {
        (void)nanosleep(&moment, NULL);
        ssize_t length = readlink(name, runs, sizeof runs - 1);
        runs[length > 0 ? length : 0] = '\0';
    }
}

static void live(void) {
    const char *const disguise[] = {attack_path("launcher"), "sleep", "3", NULL};
    pid_t child = fork();
    if (child == 0) {
        await_disguise(disguise[0]);
        attack_execute(attack_kcget);
    }
    attack_execute(disguise);
}

int main(void) {
    const char *const approve[] = {
        "keychain-auth",  "register", attack_path("launcher"), "--read", "aws",
        "--session-root", NULL};
    attack_as_the_user(approve);
    attack_from_an_orphan(live);
}
