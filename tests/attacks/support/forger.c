/* SPDX-License-Identifier: MIT */
/*
 * An accomplice that says of itself that it is the victim, and then asks as the victim:
 *
 *     forger inside     enters a user name space of its own, where it may say so
 *     forger outside    stays where it is; a child that shares its memory enters one, and says so
 *                       of the memory that both have
 *     forger dressed    the same, and maps the victim's code, which it never runs
 *
 * Its own code moves to memory without a file first: the kernel refuses while the old program is
 * mapped.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void judge(int trouble) {
    if (trouble != 0) {
        errno = trouble;
        attack_die("PR_SET_MM_MAP");
    }
}

static int say_so(void *ret_trouble) {
    *(int *)ret_trouble = attack_memory_claim(attack_variable("ATTACK_VICTIM"));
    return 0;
}

static void claim_outside(void) {
    static char stack[65536] __attribute__((aligned(64)));
    int trouble = EINPROGRESS;
    pid_t child = clone(say_so, stack + sizeof stack,
                        CLONE_VM | CLONE_VFORK | CLONE_NEWUSER | SIGCHLD, &trouble);
    if (child < 0) {
        attack_skip("users can't have a user name space here");
    }
    (void)waitpid(child, NULL, 0);
    judge(trouble);
}

static void map_victim(void) {
    int file = open(attack_variable("ATTACK_VICTIM"), O_RDONLY | O_CLOEXEC);
    if (file < 0 || mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0) == MAP_FAILED) {
        attack_die("the victim's code");
    }
}

int main(int argc, char **argv) {
    const char *how = argc == 2 ? argv[1] : "";
    attack_memory_leave("/forger");
    if (strcmp(how, "inside") != 0) {
        claim_outside();
        if (strcmp(how, "dressed") == 0) {
            map_victim();
        }
    } else if (unshare(CLONE_NEWUSER) == 0) {
        judge(attack_memory_claim(attack_variable("ATTACK_VICTIM")));
    } else {
        attack_skip("users can't have a user name space here");
    }
    attack_ask(attack_connect());
}
