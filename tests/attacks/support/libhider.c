/* SPDX-License-Identifier: MIT */
/*
 * A library that leaves no trace of how it came in: it wipes the variable that told the loader
 * of it, moves its code to memory that no file backs, and only then asks for the secret.
 */
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_memory.h"

#include <stdlib.h>
#include <string.h>

__attribute__((constructor)) static void hide(void) {
    char *variable = getenv("LD_PRELOAD");
    if (variable == NULL) {
        return;
    }
    /* In place: this is the memory that /proc/PID/environ shows. */
    memset(variable, 'x', strlen(variable));
    memcpy(variable - strlen("LD_PRELOAD="), "NOTHING_XX", strlen("NOTHING_XX"));
    attack_memory_leave("/libhider.so");
    attack_ask(attack_connect());
}
