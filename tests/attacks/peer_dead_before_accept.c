/* SPDX-License-Identifier: MIT */
/*
 * attack: connects, writes and ends before it is looked at; an approved program gets its number
 * expects: hung_up
 * control: alive nonce
 * kind: stopped
 * cost: pin
 * needs: small-pids
 *
 * The kernel's handle of the process that connected (SO_PEERPIDFD) says that it has ended; the
 * number alone would lead to the approved program. That the request carries no nonce is a
 * second line of defence, so the control does without both.
 */
#include "tests/attacks/support/attack.h"

#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRIES 4000

static pid_t connect_write_and_end(int wire) {
    char request[ATTACK_LINE_MAX];
    pid_t peer = attack_fork();
    if (peer == 0) {
        attack_connect_on(wire);
        attack_read_request(NULL, request);
        attack_send(wire, request);
        _exit(0);
    }
    (void)waitpid(peer, NULL, 0);
    return peer;
}

/* Its standard input is a pipe that we hold: it waits as long as we live. */
static void become_victim(int input) {
    const char *victim = attack_variable("ATTACK_VICTIM");
    if (dup2(input, STDIN_FILENO) < 0) {
        attack_die("dup2");
    }
    (void)execl(victim, victim, "wait", (char *)NULL);
    attack_die(victim);
}

static void start_victim_as(pid_t wanted) {
    int leash[2];
    if (pipe(leash) != 0) {
        attack_die("pipe");
    }
    for (int i = 0; i < TRIES; i++) {
        pid_t pid = attack_fork();
        if (pid == 0 && getpid() == wanted) {
            become_victim(leash[0]);
        }
        if (pid == 0) {
            _exit(0);
        }
        if (pid == wanted) {
            attack_await_victim(pid);
            return;
        }
        (void)waitpid(pid, NULL, 0);
    }
    attack_skip("the number never came round");
}

int main(void) {
    char line[ATTACK_LINE_MAX];
    int wire = attack_socket();
    attack_stop_daemon();
    start_victim_as(connect_write_and_end(wire));
    attack_continue_daemon();
    attack_receive(wire, line);
    attack_report(line);
}
