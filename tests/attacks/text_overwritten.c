/* SPDX-License-Identifier: MIT */
/*
 * attack: writes into the code of a running victim, through /proc/PID/mem, before it connects
 * expects: untrusted_process
 * control: code_altered
 * kind: stopped
 * cost: code_altered
 *
 * The file that the victim runs is as approved, and it was never traced.
 */
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_memory.h"

#include <stddef.h>
#include <stdint.h>

int main(void) {
    const char *const arguments[] = {attack_variable("ATTACK_VICTIM"), "wait", "connect", "use",
                                     NULL};
    struct attack_child victim = attack_start(arguments);
    uintptr_t address = attack_memory_hear(&victim);
    attack_memory_overwrite(victim.pid, address);
    attack_memory_release(&victim);
}
