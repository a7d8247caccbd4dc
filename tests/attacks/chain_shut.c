/* SPDX-License-Identifier: MIT */
/*
 * attack: shuts its memory, so that it passes for another user's process above an approved program
 * expects: caller_not_allowed
 * control: above_shut
 * kind: stopped
 * cost: chain_cold
 * victims: launcher
 *
 * Below another user's process (sshd, login) a chain needs no session root. But a process that
 * can't be looked at is no other user's for that.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_orphan.h"

#include <stddef.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    const char *const call[] = {attack_path("launcher"), "kcget", "aws", "prize", NULL};
    if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_SET_NAME, "sshd-session") != 0) {
        attack_die("PR_SET_DUMPABLE");
    }
    pid_t child = fork();
    if (child == 0) {
        attack_execute(call);
    }
    if (child < 0 || waitpid(child, NULL, 0) != child) {
        attack_die("fork");
    }
}
