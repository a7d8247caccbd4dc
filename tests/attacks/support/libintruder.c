/* SPDX-License-Identifier: MIT */
/*
 * A library that asks for the secret in the name of the program that loads it. With
 * INTRUDER_WAITS in the environment it says that it is there, and waits for a line first.
 */
#include "tests/attacks/support/attack.h"

#include <stdio.h>
#include <stdlib.h>

unsigned la_version(unsigned version);

/* What makes a library one that LD_AUDIT takes (rtld-audit(7)). */
unsigned la_version(unsigned version) {
    return version;
}

__attribute__((constructor)) static void intrude(void) {
    char line[16];
    if (getenv("INTRUDER_WAITS") != NULL) {
        (void)puts("in");
        (void)fflush(stdout);
        (void)fgets(line, sizeof line, stdin);
    }
    attack_ask(attack_connect());
}
