/* SPDX-License-Identifier: MIT */
/*
 * attack: puts its own socket in the daemon's place, and relays what a direct client asks
 * expects: unregistered_binary
 * control: policy_path policy_hash
 * kind: stopped
 * cost: -
 *
 * reader can't tell this listener from the daemon: both are the user's. But the daemon answers
 * to whoever is connected to it, and that is the relay. The connection is older than the
 * replacement, because afterwards nobody is let in any more (displaced_daemon).
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int replace_socket(void) {
    const char *address = attack_variable("KEYCHAIN_AUTH_SOCKET");
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    (void)snprintf(name.sun_path, sizeof name.sun_path, "%s", address);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || unlink(address) != 0 ||
        bind(listener, (const struct sockaddr *)&name, sizeof name) != 0 ||
        listen(listener, 1) != 0) {
        attack_die(address);
    }
    return listener;
}

static void start_reader(void) {
    if (attack_fork() == 0) {
        /* What reader prints for its user isn't what the relay has seen. */
        if (freopen("/dev/null", "w", stdout) == NULL) {
            attack_die("/dev/null");
        }
        (void)execlp("reader", "reader", "aws", "prize", (char *)NULL);
        attack_die("reader");
    }
}

/* An unknown member is ignored, so the value comes as it is. */
static void ask_for_plain_text(char *line) {
    char *word = strstr(line, "\"encoding\"");
    if (word != NULL) {
        word[1] = 'x';
    }
}

int main(void) {
    char line[ATTACK_LINE_MAX];
    char nonce[ATTACK_NONCE_SIZE];
    int daemon = attack_connect();
    attack_hello(daemon, nonce);
    int listener = replace_socket();
    start_reader();
    int client = accept(listener, NULL, NULL);
    if (client < 0) {
        attack_die("accept");
    }
    for (int i = 0; i < 2; i++) { /* HELLO, and the request */
        attack_receive(client, line);
        ask_for_plain_text(line);
        attack_send(daemon, line);
        attack_receive(daemon, line);
        attack_send(client, line);
    }
    attack_report(line);
}
