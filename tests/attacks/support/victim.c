/* SPDX-License-Identifier: MIT */
/*
 * An approved program: a small, honest client of the daemon, which does what its arguments say,
 * one after the other, and then what its standard input says, a line each:
 *
 *     connect          to KEYCHAIN_AUTH_SOCKET, and ask for the nonce
 *     adopt N          takes descriptor N for its connection
 *     hello            asks for the nonce on the connection that it has
 *     use              reads aws/prize and keeps it; prints "reason: …", and the answer only
 *                      when victim_may_tell() says so, which it doesn't
 *     print            reads aws/prize and prints the answer: what a program that can be driven
 *                      by its arguments would do
 *     run PROGRAM      starts PROGRAM with its open descriptors, and waits for it
 *     become PROGRAM   executes PROGRAM instead of itself; the nonce is in VICTIM_NONCE, the
 *                      number of the descriptor in VICTIM_WIRE
 *     load FILE        dlopen(3)
 *     wait             prints "ready ADDRESS", where victim_may_tell() is, and reads a line
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct state {
    int wire;
    char nonce[ATTACK_NONCE_SIZE];
    char answer[ATTACK_LINE_MAX];
};

/* Whoever can write into our code begins here: two instructions make it say yes. */
__attribute__((noinline, used)) bool victim_may_tell(void) {
    volatile bool may_tell = false;
    return may_tell;
}

static void do_hello(struct state *state) {
    attack_hello(state->wire, state->nonce);
}

static void do_connect(struct state *state) {
    state->wire = attack_connect();
    do_hello(state);
}

static void ask(struct state *state) {
    char request[ATTACK_LINE_MAX];
    attack_read_request(state->nonce[0] != '\0' ? state->nonce : NULL, request);
    attack_send(state->wire, request);
    attack_receive(state->wire, state->answer);
}

static void do_use(struct state *state) {
    char reason[64];
    ask(state);
    attack_reason_of(state->answer, reason, sizeof reason);
    if (victim_may_tell()) {
        (void)printf("%s\n", state->answer);
    }
    (void)printf("reason: %s\n", reason);
}

static void do_print(struct state *state) {
    char reason[64];
    ask(state);
    attack_reason_of(state->answer, reason, sizeof reason);
    (void)printf("%s\nreason: %s\n", state->answer, reason);
}

static void do_wait(struct state *state) {
    char line[ATTACK_LINE_MAX];
    (void)state;
    (void)printf("ready %" PRIuPTR "\n", (uintptr_t)victim_may_tell);
    (void)fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL) {
        _exit(0);
    }
}

static void do_adopt(struct state *state, const char *number) {
    state->wire = (int)strtol(number, NULL, 10);
}

static void do_become(struct state *state, const char *program) {
    char number[16];
    (void)snprintf(number, sizeof number, "%d", state->wire);
    if (setenv("VICTIM_NONCE", state->nonce, 1) != 0 || setenv("VICTIM_WIRE", number, 1) != 0) {
        attack_die("setenv");
    }
    (void)execl(program, program, "become", (char *)NULL);
    attack_die(program);
}

static void do_run(struct state *state, const char *program) {
    (void)fflush(stdout);
    pid_t child = attack_fork();
    if (child == 0) {
        do_become(state, program);
    }
    (void)waitpid(child, NULL, 0);
}

static void do_load(struct state *state, const char *file) {
    (void)state;
    if (dlopen(file, RTLD_NOW) == NULL) {
        (void)fprintf(stderr, "%s\n", dlerror());
    }
}

struct command {
    const char *name;
    void (*alone)(struct state *state);
    void (*with)(struct state *state, const char *operand);
};

static const struct command commands[] = {
    {"connect", do_connect, NULL}, {"adopt", NULL, do_adopt}, {"hello", do_hello, NULL},
    {"use", do_use, NULL},         {"print", do_print, NULL}, {"run", NULL, do_run},
    {"become", NULL, do_become},   {"load", NULL, do_load},   {"wait", do_wait, NULL},
};

/* "name" or "name operand" */
static void obey(struct state *state, const char *order) {
    size_t length = strcspn(order, " ");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const struct command *command = &commands[i];
        if (strlen(command->name) != length || memcmp(command->name, order, length) != 0) {
            continue;
        }
        if (command->with != NULL && order[length] == ' ') {
            command->with(state, order + length + 1);
        } else if (command->alone != NULL && order[length] == '\0') {
            command->alone(state);
        } else {
            break;
        }
        (void)fflush(stdout);
        return;
    }
    (void)fprintf(stderr, "victim: what is \"%s\"?\n", order);
    exit(2);
}

int main(int argc, char **argv) {
    struct state state = {.wire = -1};
    char line[ATTACK_LINE_MAX];
    for (int i = 1; i < argc; i++) {
        obey(&state, argv[i]);
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        obey(&state, line);
    }
    return 0;
}
