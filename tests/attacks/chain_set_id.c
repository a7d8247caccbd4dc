/* SPDX-License-Identifier: MIT */
/*
 * attack: forks, and then becomes a set-id program that becomes its owner (sudo that waits)
 * expects: released
 * control: none
 * kind: residual
 * removed-by: confirmation, system mode
 * cost: -
 * victims: launcher
 * needs: other-uid
 *
 * What another user's process was when it forked isn't known. So the approved program below it is
 * taken for the top of a session that a login service began.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_orphan.h"

#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    const char *const call[] = {attack_path("launcher"), "kcget", "aws", "prize", NULL};
    uid_t user = getuid();
    uid_t owner = geteuid();
    int ready[2];
    char byte;
    if (pipe(ready) != 0) {
        attack_die("pipe");
    }
    pid_t child = fork();
    if (child == 0) {
        (void)close(ready[1]);
        if (read(ready[0], &byte, 1) != 0 || setresuid(user, user, user) != 0) {
            attack_die("setresuid");
        }
        attack_execute(call);
    }
    if (child < 0 || setresuid(owner, owner, owner) != 0) {
        attack_die("setresuid");
    }
    (void)close(ready[1]);
    if (waitpid(child, NULL, 0) != child) {
        attack_die("waitpid");
    }
}
