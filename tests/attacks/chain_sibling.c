/* SPDX-License-Identifier: MIT */
/*
 * attack: starts the helper as a child of its own approved parent, and so isn't above it
 * expects: released
 * control: none
 * kind: residual
 * removed-by: confirmation, system mode
 * cost: -
 * needs: first-process
 *
 * With CLONE_PARENT (clone(2)) the new process is a sibling. Its parent stays what it is and does
 * what it does, which here is to wait for the attacker; nothing that the kernel shows later says
 * who began the sibling.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_orphan.h"

#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BESIDE "beside" /* what the approved launcher is told to start: us, a second time */

static void live(void) {
    char own[PATH_MAX] = "";
    if (readlink("/proc/self/exe", own, sizeof own - 1) < 0) {
        attack_die("/proc/self/exe");
    }
    const char *const call[] = {attack_path("launcher"), own, BESIDE, NULL};
    attack_execute(call);
}

/* The launcher ends when its child does, and the sibling would be an orphan. */
static void begin_beside(void) {
    const struct timespec while_it_asks = {3, 0};
    long child = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0) {
        attack_execute(attack_kcget);
    }
    if (child < 0) {
        attack_die("clone");
    }
    (void)nanosleep(&while_it_asks, NULL);
}

int main(int argc, char **argv) {
    const char *const approve[] = {
        "keychain-auth",  "register", attack_path("launcher"), "--read", "aws",
        "--session-root", NULL};
    if (argc == 2 && strcmp(argv[1], BESIDE) == 0) {
        begin_beside();
        return 0;
    }
    attack_as_the_user(approve);
    attack_from_an_orphan(live);
}
