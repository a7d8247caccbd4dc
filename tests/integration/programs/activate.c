/* SPDX-License-Identifier: MIT */
/*
 * Stands in for a service manager: listens at an address and executes a command that gets the
 * listener the way sd_listen_fds(3) describes. The address stays when the command has ended.
 *
 *     activate ADDRESS COMMAND [ARGUMENT…]
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { FIRST_PASSED = 3, BACKLOG = 16, EXIT_NOT_RUN = 127 };

static bool listen_at(const char *address) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (strlen(address) >= sizeof name.sun_path) {
        return false;
    }
    memcpy(name.sun_path, address, strlen(address));
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (listener < 0 || fchmod(listener, 0600) != 0 ||
        bind(listener, (const struct sockaddr *)&name, sizeof name) != 0 ||
        listen(listener, BACKLOG) != 0) {
        return false;
    }
    return listener == FIRST_PASSED || dup2(listener, FIRST_PASSED) == FIRST_PASSED;
}

int main(int argc, char **argv) {
    char number[24];
    if (argc < 3) {
        (void)fputs("usage: activate ADDRESS COMMAND [ARGUMENT...]\n", stderr);
        return EXIT_NOT_RUN;
    }
    (void)snprintf(number, sizeof number, "%ld", (long)getpid());
    if (!listen_at(argv[1]) || setenv("LISTEN_PID", number, 1) != 0 ||
        setenv("LISTEN_FDS", "1", 1) != 0) {
        perror("activate");
        return EXIT_NOT_RUN;
    }
    (void)execvp(argv[2], argv + 2);
    perror(argv[2]);
    return EXIT_NOT_RUN;
}
