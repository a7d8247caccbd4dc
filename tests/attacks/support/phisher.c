/* SPDX-License-Identifier: MIT */
/*
 * An accomplice that listens where a daemon should: it greets as one, prints every line that it
 * is told, and says yes to each.
 *
 *     phisher ADDRESS     says "ready" when it listens
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char hello[] =
    "{\"type\":\"HELLO\",\"version\":1,\"nonce\":\"00000000000000000000000000000000\"}";
static const char success[] = "{\"type\":\"RESPONSE\",\"status\":\"success\",\"results\":[]}";

static int listen_at(const char *address) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    (void)snprintf(name.sun_path, sizeof name.sun_path, "%s", address);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (const struct sockaddr *)&name, sizeof name) != 0 ||
        chmod(address, 0666) != 0 || listen(listener, 4) != 0) {
        attack_die(address);
    }
    return listener;
}

static void serve(int wire) {
    char line[ATTACK_LINE_MAX];
    while (attack_receive_within(wire, 5000, line) && line[0] != '\0') {
        (void)printf("%s\n", line);
        (void)fflush(stdout);
        attack_send(wire, strstr(line, "\"HELLO\"") != NULL ? hello : success);
    }
    (void)close(wire);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        (void)fprintf(stderr, "usage: phisher ADDRESS\n");
        return 2;
    }
    int listener = listen_at(argv[1]);
    (void)puts("ready");
    (void)fflush(stdout);
    for (;;) {
        int wire = accept(listener, NULL, NULL);
        if (wire < 0) {
            attack_die("accept");
        }
        serve(wire);
    }
}
