/* SPDX-License-Identifier: MIT */
/*
 * attack: write, then exec, with the daemon stopped by SIGSTOP meanwhile: the race is always won
 * expects: nonce_required
 * control: nonce
 * kind: stopped
 * cost: nonce
 */
#include "tests/attacks/support/attack.h"

#include <stddef.h>

static void write_request(int wire) {
    char request[ATTACK_LINE_MAX];
    attack_read_request(NULL, request);
    attack_send(wire, request);
}

int main(void) {
    static const char *const commands[] = {"wait", NULL};
    char line[ATTACK_LINE_MAX];
    int wire = attack_socket();
    attack_stop_daemon();
    (void)attack_start_peer(wire, write_request, commands);
    attack_continue_daemon();
    attack_receive(wire, line);
    attack_report(line);
}
