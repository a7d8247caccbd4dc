/* SPDX-License-Identifier: MIT */
/*
 * A client that behaves badly in one way, many times. Shares no code with our client.
 *
 *     crowd hold ADDRESS COUNT         COUNT connections that say HELLO and stay
 *     crowd stuff ADDRESS COUNT BYTES  the same, and then half a line of BYTES on each
 *     crowd pass ADDRESS COUNT         COUNT connections one after another
 *     crowd deaf ADDRESS COUNT         sends standard input COUNT times, or until it would
 *                                      block for a second, and never reads
 *     crowd drip ADDRESS 1             says HELLO, then half a line, a byte a second
 *
 * hold and stuff print how many were served and how many told `busy` or hung up on, and stay
 * until their standard input ends; pass prints the first number; deaf and drip wait until the
 * daemon hangs up and print how many milliseconds that took.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS     20000
#define PATIENCE_MS 60000 /* longer than any deadline of the daemon */
#define INPUT_MAX   (1024 * 1024)

static const char hello[] = "{\"type\":\"HELLO\"}\n";

static int connect_to(const char *address) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    size_t length = strlen(address);
    if (length >= sizeof name.sun_path) {
        return -1;
    }
    memcpy(name.sun_path, address, length);
    int wire = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (wire >= 0 && connect(wire, (const struct sockaddr *)&name, sizeof name) != 0) {
        (void)close(wire);
        return -1;
    }
    return wire;
}

static bool is_ready(int wire, short events, int wait_ms) {
    struct pollfd watched = {.fd = wire, .events = events};
    return poll(&watched, 1, wait_ms) > 0;
}

static bool send_all(int wire, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = send(wire, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

/* One short answer, which comes in one piece; whether it has a nonce, that is, isn't `busy`. */
static bool is_served(int wire) {
    char answer[1024];
    if (!is_ready(wire, POLLIN, WAIT_MS)) {
        return false;
    }
    ssize_t length = recv(wire, answer, sizeof answer - 1, 0);
    answer[length > 0 ? length : 0] = '\0';
    return strstr(answer, "\"nonce\":\"") != NULL;
}

/* A connection that was answered, or -1. */
static int enter(const char *address) {
    int wire = connect_to(address);
    if (wire >= 0 && (!send_all(wire, hello, sizeof hello - 1) || !is_served(wire))) {
        (void)close(wire);
        wire = -1;
    }
    return wire;
}

/* Sends half a line on each; returns how many are still there when the daemon has had time to
 * say no: it answers nothing but `busy` to half a line. */
static size_t stuff(int *wires, size_t count, size_t bytes) {
    char *half = malloc(bytes);
    size_t staying = 0;
    if (half == NULL) {
        return 0;
    }
    memset(half, 'x', bytes);
    for (size_t i = 0; i < count; i++) {
        (void)send_all(wires[i], half, bytes);
    }
    for (size_t i = 0; i < count; i++) {
        staying += is_ready(wires[i], POLLIN, i == 0 ? 1000 : 0) ? 0 : 1;
    }
    free(half);
    return staying;
}

static int hold(const char *address, size_t count, size_t bytes) {
    int *wires = calloc(count, sizeof *wires);
    size_t served = 0;
    if (wires == NULL) {
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < count; i++) {
        wires[served] = enter(address);
        served += wires[served] >= 0 ? 1 : 0;
    }
    size_t staying = bytes > 0 ? stuff(wires, served, bytes) : served;
    (void)printf("%zu %zu\n", staying, count - staying);
    (void)fflush(stdout);
    while (getchar() != EOF) {
    }
    for (size_t i = 0; i < served; i++) {
        (void)close(wires[i]);
    }
    free(wires);
    return EXIT_SUCCESS;
}

static int pass(const char *address, size_t count) {
    size_t served = 0;
    for (size_t i = 0; i < count; i++) {
        int wire = enter(address);
        if (wire >= 0) {
            served++;
            (void)close(wire);
        }
    }
    (void)printf("%zu\n", served);
    return EXIT_SUCCESS;
}

static void send_until_it_blocks(int wire, const char *bytes, size_t length, size_t count) {
    for (size_t i = 0; i < count; i++) {
        for (size_t done = 0; done < length;) {
            if (!is_ready(wire, POLLOUT, 1000)) {
                return;
            }
            ssize_t sent = send(wire, bytes + done, length - done, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0 && errno != EAGAIN) {
                return;
            }
            done += sent > 0 ? (size_t)sent : 0;
        }
    }
}

static long now_ms(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000L + now.tv_nsec / 1000000L;
}

static int deaf(const char *address, size_t count) {
    static char input[INPUT_MAX];
    size_t length = fread(input, 1, sizeof input, stdin);
    int wire = connect_to(address);
    if (wire < 0) {
        return EXIT_FAILURE;
    }
    long start = now_ms();
    send_until_it_blocks(wire, input, length, count);
    bool is_over = is_ready(wire, 0, PATIENCE_MS); /* nothing but the end is watched for */
    (void)printf("%ld\n", now_ms() - start);
    (void)close(wire);
    return is_over ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int drip(const char *address) {
    int wire = enter(address);
    if (wire < 0) {
        return EXIT_FAILURE;
    }
    long start = now_ms();
    while (now_ms() - start < PATIENCE_MS && send_all(wire, "x", 1)) {
        (void)is_ready(wire, 0, 1000);
    }
    (void)printf("%ld\n", now_ms() - start);
    (void)close(wire);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    const char *verb = argc >= 4 ? argv[1] : "";
    size_t count = argc >= 4 ? strtoul(argv[3], NULL, 10) : 0;
    if (count > 0 && strcmp(verb, "hold") == 0) {
        return hold(argv[2], count, 0);
    }
    if (count > 0 && strcmp(verb, "stuff") == 0 && argc == 5) {
        return hold(argv[2], count, strtoul(argv[4], NULL, 10));
    }
    if (count > 0 && strcmp(verb, "pass") == 0) {
        return pass(argv[2], count);
    }
    if (count > 0 && strcmp(verb, "deaf") == 0) {
        return deaf(argv[2], count);
    }
    if (count > 0 && strcmp(verb, "drip") == 0) {
        return drip(argv[2]);
    }
    (void)fprintf(stderr, "usage: %s hold|stuff|pass|deaf|drip ADDRESS COUNT [BYTES]\n", argv[0]);
    return 2;
}
