/* SPDX-License-Identifier: MIT */
/*
 * attack: writes into the code of a victim that the daemon has looked at already
 * expects: untrusted_process
 * control: code_again
 * kind: stopped
 * cost: -
 *
 * A look at the code counts for a tenth of a second; then the next request brings another one.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_memory.h"

#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

int main(void) {
    const char *const arguments[] = {attack_variable("ATTACK_VICTIM"), "connect", "wait", "use",
                                     NULL};
    struct attack_child victim = attack_start(arguments);
    uintptr_t address = attack_memory_hear(&victim);
    (void)usleep(150 * 1000);
    attack_memory_overwrite(victim.pid, address);
    attack_memory_release(&victim);
}
