/* SPDX-License-Identifier: MIT */
/*
 * Times the same request, over a new connection each time, against two daemons in turn: one
 * with all its checks, for which the nonce has to be asked for first, and one that knows no more
 * than SO_PEERCRED. Prints three medians in microseconds: with all checks, with none, and what
 * asking for the nonce alone takes on a connection that is there.
 *
 *     oneshot STRONG_SOCKET WEAK_SOCKET ROUNDS
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS_MAX = 100000, LINE_MAX_BYTES = 8192, NONCE_DIGITS = 32 };

static const char hello[] = "{\"type\":\"HELLO\"}\n";

static _Noreturn void die(const char *what) {
    (void)fprintf(stderr, "oneshot: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int connect_to(const char *address) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    (void)snprintf(name.sun_path, sizeof name.sun_path, "%s", address);
    int wire = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (wire < 0 || connect(wire, (const struct sockaddr *)&name, sizeof name) != 0) {
        die(address);
    }
    return wire;
}

static void ask(int wire, const char *line, char answer[LINE_MAX_BYTES]) {
    size_t length = 0;
    if (write(wire, line, strlen(line)) != (ssize_t)strlen(line)) {
        die("write");
    }
    do {
        ssize_t got = read(wire, answer + length, LINE_MAX_BYTES - 1 - length);
        if (got <= 0) {
            die("read");
        }
        length += (size_t)got;
    } while (answer[length - 1] != '\n');
    answer[length] = '\0';
}

static void write_request(const char *answer, char request[LINE_MAX_BYTES]) {
    static const char key[] = "\"nonce\":\"";
    const char *nonce = answer == NULL ? NULL : strstr(answer, key);
    (void)snprintf(request, LINE_MAX_BYTES,
                   "{\"type\":\"REQUEST\",\"action\":\"read\",\"service\":\"aws\",\"targets\":["
                   "\"prize\"]%s%.*s%s}\n",
                   nonce == NULL ? "" : ",\"nonce\":\"", nonce == NULL ? 0 : NONCE_DIGITS,
                   nonce == NULL ? "" : nonce + strlen(key), nonce == NULL ? "" : "\"");
}

/* One connection, one value. */
static double time_request(const char *address, int with_nonce) {
    char request[LINE_MAX_BYTES];
    char answer[LINE_MAX_BYTES];
    uint64_t start = now_ns();
    int wire = connect_to(address);
    if (with_nonce) {
        ask(wire, hello, answer);
    }
    write_request(with_nonce ? answer : NULL, request);
    ask(wire, request, answer);
    (void)close(wire);
    uint64_t end = now_ns();
    if (strstr(answer, "\"value\"") == NULL) {
        (void)fprintf(stderr, "oneshot: no value: %s", answer);
        exit(1);
    }
    return (double)(end - start) / 1000;
}

static double time_hello(int wire) {
    char answer[LINE_MAX_BYTES];
    uint64_t start = now_ns();
    ask(wire, hello, answer);
    return (double)(now_ns() - start) / 1000;
}

static int compare(const void *one, const void *other) {
    double left = *(const double *)one;
    double right = *(const double *)other;
    return (left > right) - (left < right);
}

static double median(double *times, size_t count) {
    qsort(times, count, sizeof *times, compare);
    return times[count / 2];
}

int main(int argc, char **argv) {
    static double times[3][ROUNDS_MAX];
    size_t rounds = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
    if (rounds < 10 || rounds > ROUNDS_MAX) {
        (void)fprintf(stderr, "usage: oneshot STRONG_SOCKET WEAK_SOCKET ROUNDS (10 to %d)\n",
                      ROUNDS_MAX);
        return 2;
    }
    int wire = connect_to(argv[1]);
    for (size_t i = 0; i < rounds / 10; i++) { /* until both are warm */
        (void)time_request(argv[1], 1);
        (void)time_request(argv[2], 0);
    }
    for (size_t i = 0; i < rounds; i++) {
        times[0][i] = time_request(argv[1], 1);
        times[1][i] = time_request(argv[2], 0);
        times[2][i] = time_hello(wire);
    }
    (void)printf("%.0f %.0f %.0f\n", median(times[0], rounds), median(times[1], rounds),
                 median(times[2], rounds));
    return 0;
}
