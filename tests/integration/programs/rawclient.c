/* SPDX-License-Identifier: MIT */
/*
 * Says to the daemon, byte for byte, what stands on its standard input, and prints what comes
 * back. Shares no code with our client on purpose: it must be able to be wrong.
 *
 *     rawclient [-n] [-k] [-c LINES] [-t SECONDS] ADDRESS
 *
 *     -n  say HELLO first, and put the nonce that came back wherever @NONCE@ stands
 *     -k  keep the sending side open after the last byte
 *     -c  end after so many lines
 *     -t  give up after so many seconds without a byte (5)
 *
 * Exits 0: the daemon closed, or enough lines came; 1: no connection; 3: it gave up.
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
#include <unistd.h>

#define INPUT_MAX    (4 * 1024 * 1024)
#define NONCE_LENGTH 32
#define PLACE        "@NONCE@"

enum ending { ENDING_DONE = 0, ENDING_NO_CONNECTION = 1, ENDING_USAGE = 2, ENDING_TIMEOUT = 3 };

struct plan {
    bool asks_nonce;
    bool keeps_open;
    unsigned long lines; /* 0: no limit */
    int timeout_ms;
    const char *address;
};

struct text {
    char *bytes;
    size_t length;
};

static int connect_to(const char *address) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    size_t length = strlen(address);
    if (length >= sizeof name.sun_path) {
        (void)fprintf(stderr, "address is too long\n");
        return -1;
    }
    memcpy(name.sun_path, address, length);
    int wire = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (wire >= 0 && connect(wire, (const struct sockaddr *)&name, sizeof name) != 0) {
        perror(address);
        (void)close(wire);
        return -1;
    }
    return wire;
}

/* The daemon may hang up in the middle: that ends the sending, not the test. */
static void send_all(int wire, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = send(wire, bytes, length, MSG_NOSIGNAL);
        if (sent < 0) {
            return;
        }
        bytes += sent;
        length -= (size_t)sent;
    }
}

/* 1: there are bytes, or the end; 0: the time is over. */
static int wait_for_bytes(int wire, int timeout_ms) {
    struct pollfd watched = {.fd = wire, .events = POLLIN};
    int ready = poll(&watched, 1, timeout_ms);
    return ready > 0 ? 1 : 0;
}

static bool ask_nonce(int wire, int timeout_ms, char ret_nonce[NONCE_LENGTH + 1]) {
    static const char hello[] = "{\"type\":\"HELLO\"}\n";
    static const char key[] = "\"nonce\":\"";
    char answer[4096];
    size_t length = 0;
    send_all(wire, hello, sizeof hello - 1);
    while (length < sizeof answer - 1 && memchr(answer, '\n', length) == NULL) {
        if (!wait_for_bytes(wire, timeout_ms) || read(wire, answer + length, 1) != 1) {
            break;
        }
        length++;
    }
    answer[length] = '\0';
    const char *found = strstr(answer, key);
    if (found == NULL || strlen(found) < sizeof key - 1 + NONCE_LENGTH) {
        (void)fprintf(stderr, "no nonce came: %s\n", answer);
        return false;
    }
    memcpy(ret_nonce, found + sizeof key - 1, NONCE_LENGTH);
    ret_nonce[NONCE_LENGTH] = '\0';
    return true;
}

/* Everything on standard input. */
static bool read_input(struct text *ret_text) {
    char *bytes = malloc(INPUT_MAX);
    if (bytes == NULL) {
        return false;
    }
    ret_text->length = fread(bytes, 1, INPUT_MAX, stdin);
    ret_text->bytes = bytes;
    return ferror(stdin) == 0;
}

/* In one piece: as many small ones, the requests would fill the socket's buffer long before
 * their bytes do, and nobody would read the answers meanwhile. */
static bool insert_nonce(struct text *text, const char *nonce) {
    char *bytes = malloc(text->length / (sizeof PLACE - 1) * NONCE_LENGTH + text->length + 1);
    const char *from = text->bytes;
    const char *end = text->bytes + text->length;
    char *to = bytes;
    if (bytes == NULL) {
        return false;
    }
    while (from < end) {
        const char *place = memmem(from, (size_t)(end - from), PLACE, sizeof PLACE - 1);
        size_t length = (size_t)((place != NULL ? place : end) - from);
        memcpy(to, from, length);
        to += length;
        from += length;
        if (place != NULL) {
            memcpy(to, nonce, NONCE_LENGTH);
            to += NONCE_LENGTH;
            from += sizeof PLACE - 1;
        }
    }
    free(text->bytes);
    *text = (struct text){.bytes = bytes, .length = (size_t)(to - bytes)};
    return true;
}

/* Prints what comes until the end, the limit or the time. */
static enum ending print_answers(int wire, const struct plan *plan) {
    unsigned long lines = 0;
    for (;;) {
        char byte = '\0';
        if (!wait_for_bytes(wire, plan->timeout_ms)) {
            return ENDING_TIMEOUT;
        }
        if (read(wire, &byte, 1) != 1) {
            return ENDING_DONE;
        }
        (void)putchar(byte);
        if (byte == '\n' && ++lines == plan->lines) {
            return ENDING_DONE;
        }
    }
}

static bool read_plan(int argc, char **argv, struct plan *ret_plan) {
    struct plan plan = {.timeout_ms = 5000};
    int letter = 0;
    while ((letter = getopt(argc, argv, "nkc:t:")) != -1) {
        switch (letter) {
        case 'n':
            plan.asks_nonce = true;
            break;
        case 'k':
            plan.keeps_open = true;
            break;
        case 'c':
            plan.lines = strtoul(optarg, NULL, 10);
            break;
        case 't':
            plan.timeout_ms = (int)strtol(optarg, NULL, 10) * 1000;
            break;
        default:
            return false;
        }
    }
    if (optind != argc - 1) {
        return false;
    }
    plan.address = argv[optind];
    *ret_plan = plan;
    return true;
}

static enum ending talk(int wire, const struct plan *plan, struct text *text) {
    char nonce[NONCE_LENGTH + 1] = "";
    if (plan->asks_nonce &&
        (!ask_nonce(wire, plan->timeout_ms, nonce) || !insert_nonce(text, nonce))) {
        return ENDING_NO_CONNECTION;
    }
    send_all(wire, text->bytes, text->length);
    if (!plan->keeps_open) {
        (void)shutdown(wire, SHUT_WR);
    }
    return print_answers(wire, plan);
}

int main(int argc, char **argv) {
    struct plan plan;
    struct text text = {0};
    if (!read_plan(argc, argv, &plan)) {
        (void)fprintf(stderr, "usage: %s [-n] [-k] [-c LINES] [-t SECONDS] ADDRESS\n", argv[0]);
        return ENDING_USAGE;
    }
    if (!read_input(&text)) {
        free(text.bytes);
        return ENDING_USAGE;
    }
    int wire = connect_to(plan.address);
    enum ending ending = wire < 0 ? ENDING_NO_CONNECTION : talk(wire, &plan, &text);
    if (wire >= 0) {
        (void)close(wire);
    }
    free(text.bytes);
    return (int)ending;
}
