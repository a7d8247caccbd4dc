/* SPDX-License-Identifier: MIT */
/*
 * attack: hides above as many approved processes as the daemon looks at
 * expects: caller_not_allowed
 * control: chain_length
 * kind: stopped
 * cost: chain_cold
 * victims: launcher
 */
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_orphan.h"

#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOKED_AT 32

int main(void) {
    const char *call[LOOKED_AT + 4];
    size_t count = 0;
    while (count < LOOKED_AT) {
        call[count] = attack_path("launcher");
        count++;
    }
    for (size_t i = 0; attack_kcget[i] != NULL; i++) {
        call[count] = attack_kcget[i];
        count++;
    }
    call[count] = NULL;
    pid_t child = fork();
    if (child == 0) {
        attack_execute(call);
    }
    if (child < 0 || waitpid(child, NULL, 0) != child) {
        attack_die("fork");
    }
}
