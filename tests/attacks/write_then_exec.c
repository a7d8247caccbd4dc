/* SPDX-License-Identifier: MIT */
/*
 * attack: connects, writes a request and becomes an approved program before anybody looks
 * expects: nonce_required
 * control: nonce
 * kind: stopped
 * cost: nonce
 *
 * A race that is won now and then; tried until it is. Our parent made the socket and reads what
 * comes: reading leaves no trace.
 */
#include "tests/attacks/support/attack.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define TRIES 1000

static void write_request(int wire) {
    char request[ATTACK_LINE_MAX];
    attack_read_request(NULL, request);
    attack_send(wire, request);
}

int main(void) {
    static const char *const commands[] = {"wait", NULL};
    char line[ATTACK_LINE_MAX] = "";
    char reason[64] = "";
    for (int i = 0; i < TRIES; i++) {
        int wire = attack_socket();
        struct attack_child peer = attack_start_peer(wire, write_request, commands);
        attack_receive(wire, line);
        attack_reason_of(line, reason, sizeof reason);
        attack_end(&peer);
        (void)close(wire);
        if (strcmp(reason, "released") == 0 || strcmp(reason, "nonce_required") == 0) {
            break;
        }
    }
    attack_report(line);
}
