/* SPDX-License-Identifier: MIT */
/*
 * attack: writes into the code of an approved program with ptrace, and detaches before it connects
 * expects: untrusted_process
 * control: code_altered
 * kind: stopped
 * cost: code_altered
 *
 * Nothing in its status tells of a tracer that has left; the page that was written to does.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

static void write_text(pid_t pid, uintptr_t address, const unsigned char *code, size_t length) {
    for (size_t at = 0; at < length; at += sizeof(long)) {
        errno = 0;
        long word = ptrace(PTRACE_PEEKTEXT, pid, (void *)(address + at), NULL);
        size_t part = length - at < sizeof word ? length - at : sizeof word;
        memcpy(&word, code + at, part);
        if (errno != 0 || ptrace(PTRACE_POKETEXT, pid, (void *)(address + at), word) != 0) {
            attack_die("PTRACE_POKETEXT");
        }
    }
}

int main(void) {
    char line[ATTACK_LINE_MAX];
    size_t length = 0;
    const unsigned char *code = attack_yes_code(&length);
    const char *const arguments[] = {attack_variable("ATTACK_VICTIM"), "wait", NULL};
    struct attack_child victim = attack_start(arguments);
    attack_hear(&victim, line);
    uintptr_t address = (uintptr_t)strtoull(line + strlen("ready "), NULL, 10);
    if (ptrace(PTRACE_ATTACH, victim.pid, NULL, NULL) != 0) {
        attack_skip("ptrace isn't allowed here");
    }
    (void)waitpid(victim.pid, NULL, __WALL);
    write_text(victim.pid, address, code, length);
    if (ptrace(PTRACE_DETACH, victim.pid, NULL, NULL) != 0) {
        attack_die("PTRACE_DETACH");
    }
    attack_order(&victim, "go on\nconnect\nuse");
    attack_echo(&victim);
}
