/* SPDX-License-Identifier: MIT */
/*
 * attack: reads the nonce meant for an approved program from a shared descriptor, and uses it
 * expects: identity_changed
 * control: writer
 * kind: stopped
 * cost: writer
 *
 * The HELLO was written by the process that is pinned, so until then all is well.
 */
#include "tests/attacks/support/attack.h"

#include <stddef.h>

static void say_hello(int wire) {
    attack_send(wire, "{\"type\":\"HELLO\"}");
}

int main(void) {
    static const char *const commands[] = {"wait", NULL};
    char line[ATTACK_LINE_MAX];
    char nonce[ATTACK_NONCE_SIZE];
    int wire = attack_socket();
    attack_stop_daemon();
    (void)attack_start_peer(wire, say_hello, commands);
    attack_continue_daemon();
    attack_receive(wire, line);
    if (!attack_nonce_of(line, nonce)) {
        attack_report(line);
    }
    attack_read_request(nonce, line);
    attack_send(wire, line);
    attack_receive(wire, line);
    attack_report(line);
}
