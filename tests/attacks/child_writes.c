/* SPDX-License-Identifier: MIT */
/*
 * attack: a program that an approved one started writes on the connection that it inherited
 * expects: identity_changed
 * control: writer
 * kind: stopped
 * cost: writer
 *
 * It even has the nonce: a client that is careless enough to leave the descriptor open may as
 * well leave that behind.
 */
#include "tests/attacks/support/attack.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static _Noreturn void speak(void) {
    char line[ATTACK_LINE_MAX];
    int wire = (int)strtol(attack_variable("VICTIM_WIRE"), NULL, 10);
    attack_read_request(attack_variable("VICTIM_NONCE"), line);
    attack_send(wire, line);
    attack_receive(wire, line);
    attack_report(line);
}

int main(int argc, char **argv) {
    char run[4096];
    const char *victim = attack_variable("ATTACK_VICTIM");
    if (argc > 1) {
        speak();
    }
    (void)snprintf(run, sizeof run, "run %s", argv[0]);
    (void)execl(victim, victim, "connect", run, (char *)NULL);
    attack_die(victim);
}
