/* SPDX-License-Identifier: MIT */
/*
 * attack: an approved program that was looked at ends; a process that gets its number speaks
 * expects: identity_changed
 * control: pins code_again
 * kind: stopped
 * cost: process_check
 * needs: small-pids
 *
 * The pins are asked at each request; a look at the code that is repeated after 100 ms would find
 * nobody, too.
 */
#include "tests/attacks/support/attack.h"

#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRIES 4000

static void say_hello(int wire) {
    attack_send(wire, "{\"type\":\"HELLO\"}");
}

static void write_as(pid_t wanted, int wire, const char *request) {
    for (int i = 0; i < TRIES; i++) {
        pid_t pid = attack_fork();
        if (pid == 0) {
            if (getpid() == wanted) {
                attack_send(wire, request);
                (void)pause();
            }
            _exit(0);
        }
        if (pid == wanted) {
            return;
        }
        (void)waitpid(pid, NULL, 0);
    }
    attack_skip("the number never came round");
}

int main(void) {
    static const char *const commands[] = {"wait", NULL};
    char line[ATTACK_LINE_MAX];
    char nonce[ATTACK_NONCE_SIZE];
    int wire = attack_socket();
    attack_stop_daemon();
    struct attack_child peer = attack_start_peer(wire, say_hello, commands);
    attack_continue_daemon();
    attack_receive(wire, line);
    if (!attack_nonce_of(line, nonce)) {
        attack_report(line);
    }
    attack_end(&peer);
    attack_read_request(nonce, line);
    write_as(peer.pid, wire, line);
    attack_receive(wire, line);
    attack_report(line);
}
