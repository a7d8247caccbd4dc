/* SPDX-License-Identifier: MIT */
/*
 * Keeps one connection: asks for its nonce, then sends each line of standard input, with that
 * nonce wherever @NONCE@ stands, and prints the answer before it reads the next one. Shares no
 * code with our client on purpose.
 *
 *     keeper ADDRESS       exits 0 at the end of its input, 1 when the daemon hung up
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PLACE     "@NONCE@"
#define NONCE_KEY "\"nonce\":\""

enum { LINE_SIZE = 65536, NONCE_LENGTH = 32 };

static FILE *connect_to(const char *address) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    if (strlen(address) >= sizeof name.sun_path) {
        return NULL;
    }
    memcpy(name.sun_path, address, strlen(address));
    int wire = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (wire < 0) {
        return NULL;
    }
    if (connect(wire, (const struct sockaddr *)&name, sizeof name) != 0) {
        (void)close(wire);
        return NULL;
    }
    FILE *stream = fdopen(wire, "r+");
    if (stream == NULL) {
        (void)close(wire);
    }
    return stream;
}

static bool ask(FILE *wire, const char *line, char answer[LINE_SIZE]) {
    return fputs(line, wire) >= 0 && fflush(wire) == 0 && fgets(answer, LINE_SIZE, wire) != NULL;
}

static bool ask_nonce(FILE *wire, char ret_nonce[NONCE_LENGTH + 1]) {
    char answer[LINE_SIZE];
    if (!ask(wire, "{\"type\":\"HELLO\"}\n", answer)) {
        return false;
    }
    const char *found = strstr(answer, NONCE_KEY);
    if (found == NULL || strlen(found) < sizeof NONCE_KEY - 1 + NONCE_LENGTH) {
        return false;
    }
    memcpy(ret_nonce, found + sizeof NONCE_KEY - 1, NONCE_LENGTH);
    ret_nonce[NONCE_LENGTH] = '\0';
    return true;
}

/* Puts the nonce in its place; only the first one is filled. */
static bool ask_with(FILE *wire, const char *line, const char *nonce, char answer[LINE_SIZE]) {
    char filled[LINE_SIZE + NONCE_LENGTH];
    const char *place = strstr(line, PLACE);
    if (place == NULL) {
        return ask(wire, line, answer);
    }
    (void)snprintf(filled, sizeof filled, "%.*s%s%s", (int)(place - line), line, nonce,
                   place + sizeof PLACE - 1);
    return ask(wire, filled, answer);
}

static bool keep(FILE *wire) {
    char nonce[NONCE_LENGTH + 1];
    char line[LINE_SIZE];
    char answer[LINE_SIZE];
    if (!ask_nonce(wire, nonce)) {
        return false;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (!ask_with(wire, line, nonce, answer)) {
            return false;
        }
        (void)fputs(answer, stdout);
        (void)fflush(stdout);
    }
    return true;
}

int main(int argc, char **argv) {
    FILE *wire = argc == 2 ? connect_to(argv[1]) : NULL;
    if (wire == NULL) {
        (void)fputs("usage: keeper ADDRESS, of a daemon that listens\n", stderr);
        return EXIT_FAILURE;
    }
    bool is_done = keep(wire);
    (void)fclose(wire);
    return is_done ? EXIT_SUCCESS : EXIT_FAILURE;
}
