/* SPDX-License-Identifier: MIT */
/*
 * attack: becomes an approved program while it is looked at; a CLONE_VM child hides the exec
 * expects: untrusted_process
 * control: code_mapped code_files
 * kind: stopped
 * cost: code_mapped
 *
 * The pin reads the memory of the program that connected for as long as anybody uses that memory:
 * the child does, so the pin never tells of the exec. The approved program is then told to execute
 * ours again. But what is judged is read through the pin, too: it is our code, and not a page of
 * the approved program. So that the exec falls between pin and look, the daemon's two workers are
 * kept busy with a process of thousands of mappings.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define TRIES       10
#define MAPPINGS    5000
#define CONNECTIONS 32
#define STACK_SIZE  65536
#define SETTLED_MS  2200 /* by then the daemon remembers the hash of our file */
#define ACCEPTED_MS 40   /* by then it has accepted, and pinned, the peer */

static void pause_ms(long milliseconds) {
    const struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000 * 1000};
    (void)nanosleep(&time, NULL);
}

static int live(void *unused) {
    (void)unused;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
        return 1;
    }
    return pause();
}

/* Before the exec: a child in the same memory. */
static void keep_memory(int wire) {
    (void)wire;
    char *stack =
        mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED || clone(live, stack + STACK_SIZE, CLONE_VM | SIGCHLD, NULL) < 0) {
        attack_die("clone");
    }
    pause_ms(ACCEPTED_MS);
}

/* Slow to look at; a child of ours doesn't inherit them. */
static void make_mappings(void) {
    long page = sysconf(_SC_PAGESIZE);
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < MAPPINGS; i++) {
        void *at = mmap(NULL, (size_t)page, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
        if (at == MAP_FAILED || madvise(at, (size_t)page, MADV_DONTFORK) != 0) {
            attack_die("mmap");
        }
    }
    (void)close(file);
}

/* Once more our own program, in the process that is taken for the approved one. */
static _Noreturn void speak(void) {
    char line[ATTACK_LINE_MAX];
    int wire = (int)strtol(attack_variable("VICTIM_WIRE"), NULL, 10);
    attack_read_request(attack_variable("VICTIM_NONCE"), line);
    attack_send(wire, line);
    attack_receive(wire, line);
    attack_report(line);
}

static void try_once(const char *program, char answer[ATTACK_LINE_MAX]) {
    char adopt[32];
    char become[4096];
    int busy[CONNECTIONS];
    int wire = attack_socket();
    (void)snprintf(adopt, sizeof adopt, "adopt %d", wire);
    (void)snprintf(become, sizeof become, "become %s", program);
    const char *const commands[] = {adopt, "hello", become, NULL};
    for (int i = 0; i < CONNECTIONS; i++) {
        busy[i] = attack_connect();
    }
    struct attack_child peer = attack_start_peer(wire, keep_memory, commands);
    attack_hear(&peer, answer);
    attack_end(&peer);
    for (int i = 0; i < CONNECTIONS; i++) {
        (void)close(busy[i]);
    }
    (void)close(wire);
}

int main(int argc, char **argv) {
    char answer[ATTACK_LINE_MAX] = "";
    char reason[64] = "unregistered_binary"; /* it was looked at too early */
    char nonce[ATTACK_NONCE_SIZE];
    if (argc > 1) {
        speak();
    }
    pause_ms(SETTLED_MS);
    attack_hello(attack_connect(), nonce);
    make_mappings();
    for (int i = 0; i < TRIES && strcmp(reason, "unregistered_binary") == 0; i++) {
        try_once(argv[0], answer);
        attack_reason_of(answer, reason, sizeof reason);
    }
    attack_report(answer);
}
