/* SPDX-License-Identifier: MIT */
/*
 * attack: writes into the code of a victim that was looked at, and shuts its memory to looks
 * expects: untrusted_process
 * control: code_again
 * kind: stopped
 * cost: code_again
 *
 * A client may turn non-dumpable once it was looked at; so may one that was written into, when
 * its tracer has it call prctl(2). The page map that was opened with the pins can be read all the
 * same. The registers are those of x86-64.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_memory.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)

static void step(pid_t pid) {
    if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) != 0 || waitpid(pid, NULL, 0) != pid) {
        attack_die("PTRACE_SINGLESTEP");
    }
}

/* The victim sleeps in a call; that call is repeated afterwards as if nothing had been. */
static void have_it_shut_its_memory(pid_t pid) {
    struct user_regs_struct before;
    if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) != 0 || waitpid(pid, NULL, 0) != pid ||
        ptrace(PTRACE_GETREGS, pid, NULL, &before) != 0) {
        attack_die("PTRACE_ATTACH");
    }
    before.rip -= 2; /* back to the instruction `syscall` */
    before.rax = before.orig_rax;
    before.orig_rax = (unsigned long long)-1;
    struct user_regs_struct call = before;
    call.rax = SYS_prctl;
    call.rdi = PR_SET_DUMPABLE;
    call.rsi = 0;
    call.rdx = 0;
    call.r10 = 0;
    call.r8 = 0;
    (void)ptrace(PTRACE_SETREGS, pid, NULL, &call);
    step(pid);
    (void)ptrace(PTRACE_GETREGS, pid, NULL, &call);
    if (call.rax != 0) {
        attack_die("prctl in the victim");
    }
    (void)ptrace(PTRACE_SETREGS, pid, NULL, &before);
    (void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

#else

static void have_it_shut_its_memory(pid_t pid) {
    (void)pid;
    attack_skip("it knows the registers of x86-64 only");
}

#endif

int main(void) {
    const char *const arguments[] = {attack_variable("ATTACK_VICTIM"), "connect", "wait", "use",
                                     NULL};
    struct attack_child victim = attack_start(arguments);
    uintptr_t address = attack_memory_hear(&victim);
    (void)usleep(150 * 1000); /* a look counts for 100 ms */
    attack_memory_overwrite(victim.pid, address);
    have_it_shut_its_memory(victim.pid);
    attack_memory_release(&victim);
}
