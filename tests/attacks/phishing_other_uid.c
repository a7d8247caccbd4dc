/* SPDX-License-Identifier: MIT */
/*
 * attack: another user listens where a client looks for the daemon, and waits for a value
 * expects: refused
 * control: server_uid
 * kind: stopped
 * cost: server_uid
 * needs: other-uid
 *
 * This program is the other user. Its child is the user's own shell: it has a directory that is
 * open to all, closes it too late, and then stores a value that it knows.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char open_it[] = "mkdir -m 0777 \"$HOME/open\" && chmod 0755 \"$HOME\" && "
                              "chmod 0777 \"$HOME/open\"";
static const char store[] = "value=$(reader -n aws prize) && chmod 0755 \"$HOME/open\" && "
                            "printf %s \"$value\" | "
                            "keychain-auth set --socket \"$HOME/open/agent.sock\" aws prize >&2";

/* The user's shell does that, as the user again; its pid. */
static pid_t let_user(const char *commands) {
    uid_t user = getuid();
    pid_t child = attack_fork();
    if (child == 0) {
        if (setresuid(user, user, user) != 0) {
            attack_die("setresuid");
        }
        (void)execl("/bin/sh", "sh", "-c", commands, (char *)NULL);
        attack_die("sh");
    }
    return child;
}

static int listen_there(void) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    (void)snprintf(name.sun_path, sizeof name.sun_path, "%s/open/agent.sock",
                   attack_variable("HOME"));
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (const struct sockaddr *)&name, sizeof name) != 0 ||
        chmod(name.sun_path, 0666) != 0 || listen(listener, 1) != 0) {
        attack_die("listen");
    }
    return listener;
}

/* Greets, hears the value, and reports it as if it had been an answer. */
static void phish(int client) {
    char line[ATTACK_LINE_MAX];
    attack_receive(client, line);
    if (line[0] == '\0') {
        (void)puts("reason: refused");
        return;
    }
    attack_send(client, "{\"type\":\"HELLO\",\"version\":1,"
                        "\"nonce\":\"00000000000000000000000000000000\"}");
    attack_receive(client, line);
    attack_report(line);
}

int main(void) {
    int status = 0;
    if (geteuid() == getuid()) {
        attack_skip("set-id bits don't count here");
    }
    if (waitpid(let_user(open_it), &status, 0) < 0 || status != 0) {
        attack_die("the user's directory");
    }
    int listener = listen_there();
    (void)let_user(store);
    int client = accept(listener, NULL, NULL);
    if (client < 0) {
        attack_die("accept");
    }
    phish(client);
    return EXIT_SUCCESS;
}
