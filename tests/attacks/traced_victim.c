/* SPDX-License-Identifier: MIT */
/*
 * attack: traces an approved program and reads what it reads
 * expects: untrusted_process
 * control: tracer
 * kind: stopped
 * cost: surroundings
 *
 * Its code is what it should be, and it keeps the secret to itself; but each of its system calls
 * is ours to see.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void print_memory(pid_t pid, uintptr_t address, size_t length) {
    char bytes[ATTACK_LINE_MAX];
    struct iovec ours = {bytes, length < sizeof bytes ? length : sizeof bytes};
    struct iovec its = {(void *)address, ours.iov_len};
    ssize_t got = process_vm_readv(pid, &ours, 1, &its, 1, 0);
    if (got > 0) {
        (void)fwrite(bytes, 1, (size_t)got, stdout);
    }
}

/* At a stop before or after a system call; what read(2) read is printed. */
static void look(pid_t pid, uintptr_t *buffer) {
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) <= 0) {
        attack_skip("the system doesn't tell of system calls (PTRACE_GET_SYSCALL_INFO)");
    }
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        *buffer = info.entry.nr == SYS_read ? (uintptr_t)info.entry.args[1] : 0;
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && *buffer != 0 && info.exit.rval > 0) {
        print_memory(pid, *buffer, (size_t)info.exit.rval);
    }
}

int main(void) {
    int status = 0;
    uintptr_t buffer = 0;
    char line[ATTACK_LINE_MAX];
    const char *const arguments[] = {attack_variable("ATTACK_VICTIM"), "wait", NULL};
    struct attack_child victim = attack_start(arguments);
    attack_hear(&victim, line);
    if (ptrace(PTRACE_SEIZE, victim.pid, NULL, (void *)PTRACE_O_TRACESYSGOOD) != 0 ||
        ptrace(PTRACE_INTERRUPT, victim.pid, NULL, NULL) != 0) {
        attack_skip("ptrace isn't allowed here");
    }
    attack_order(&victim, "go on\nconnect\nuse");
    (void)close(victim.orders);
    while (waitpid(victim.pid, &status, __WALL) == victim.pid && WIFSTOPPED(status)) {
        if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
            look(victim.pid, &buffer);
        }
        (void)ptrace(PTRACE_SYSCALL, victim.pid, NULL, NULL);
    }
    attack_echo(&victim);
}
