/* SPDX-License-Identifier: MIT */
/*
 * An approved program that starts others, as a shell or a build tool does: runs what its arguments
 * say, waits for it, and has its answer.
 */
#include "tests/attacks/support/attack.h"

#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    int status = 0;
    if (argc < 2) {
        return 2;
    }
    pid_t child = fork();
    if (child == 0) {
        (void)execvp(argv[1], argv + 1);
        attack_die(argv[1]);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status)
               ? WEXITSTATUS(status)
               : 1;
}
