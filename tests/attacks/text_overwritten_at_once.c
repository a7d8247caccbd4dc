/* SPDX-License-Identifier: MIT */
/*
 * attack: writes into the code of a victim in the moment between the look and the request
 * expects: released
 * control: none
 * kind: residual
 * removed-by: system mode, or a client that shuts its memory before it asks (kcget does)
 * cost: -
 *
 * However often the daemon looks, there is a moment after the last time: whoever may write into a
 * process may as well take the value from it when it has come.
 */
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_memory.h"

#include <stddef.h>
#include <stdint.h>

int main(void) {
    const char *const arguments[] = {attack_variable("ATTACK_VICTIM"), "connect", "wait", "use",
                                     NULL};
    struct attack_child victim = attack_start(arguments);
    uintptr_t address = attack_memory_hear(&victim);
    attack_memory_overwrite(victim.pid, address);
    attack_memory_release(&victim);
}
