/* SPDX-License-Identifier: MIT */
/*
 * attack: connects, becomes an approved program and leaves the descriptor to a child, which speaks
 * expects: identity_changed
 * control: writer
 * kind: stopped
 * cost: writer
 *
 * The kernel's word about the peer is a number, and by the time anybody looks that is an approved
 * program's. The daemon is stopped meanwhile, so that it can't look too early.
 */
#include "tests/attacks/support/attack.h"

#include <stddef.h>

int main(void) {
    static const char *const commands[] = {"wait", NULL};
    attack_stop_daemon();
    int wire = attack_connect();
    (void)attack_become_victim(commands);
    attack_continue_daemon();
    attack_ask(wire);
}
