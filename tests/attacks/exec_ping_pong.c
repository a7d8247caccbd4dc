/* SPDX-License-Identifier: MIT */
/*
 * attack: approved program (looked at), our own (writes the request), and the approved one again
 * expects: identity_changed
 * control: exec_pin code_again
 * kind: stopped
 * cost: process_check
 *
 * Without address randomisation, so that the second time everything is where it was the first
 * time. The approved program is one that can be told to execute another. Both checks read the same
 * pin.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

/* In between, with the nonce that the approved program was given. */
static _Noreturn void write_and_return(void) {
    char line[ATTACK_LINE_MAX];
    const char *victim = attack_variable("ATTACK_VICTIM");
    attack_stop_daemon();
    attack_read_request(attack_variable("VICTIM_NONCE"), line);
    attack_send((int)strtol(attack_variable("VICTIM_WIRE"), NULL, 10), line);
    (void)execl(victim, victim, "wait", (char *)NULL);
    attack_die(victim);
}

int main(int argc, char **argv) {
    char adopt[32];
    char become[4096];
    char line[ATTACK_LINE_MAX];
    if (argc > 1) {
        write_and_return();
    }
    if (personality(ADDR_NO_RANDOMIZE) < 0) {
        attack_skip("address randomisation can't be switched off");
    }
    int wire = attack_socket();
    (void)snprintf(adopt, sizeof adopt, "adopt %d", wire);
    (void)snprintf(become, sizeof become, "become %s", argv[0]);
    const char *const commands[] = {adopt, "hello", become, NULL};
    attack_stop_daemon();
    struct attack_child peer = attack_start_peer(wire, NULL, commands);
    attack_continue_daemon();
    attack_hear(&peer, line); /* "ready": it is the approved program again */
    attack_continue_daemon();
    attack_receive(wire, line);
    attack_report(line);
}
