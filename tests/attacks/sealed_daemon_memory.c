/* SPDX-License-Identifier: MIT */
/*
 * attack: with a passphrase set: reads the memory of the unlocked daemon, or attaches a debugger
 * expects: shut
 * success: the memory is open
 * vault: unlocked
 * control: dumpable
 * kind: stopped
 * cost: -
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* One page of memory that it can write to. */
static bool read_page(pid_t pid) {
    char path[64];
    char line[1024];
    char page[4096];
    unsigned long start = 0;
    (void)snprintf(path, sizeof path, "/proc/%ld/maps", (long)pid);
    FILE *maps = fopen(path, "re");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        if (strstr(line, " rw-p ") != NULL) {
            start = strtoul(line, NULL, 16);
            break;
        }
    }
    if (maps != NULL) {
        (void)fclose(maps);
    }
    (void)snprintf(path, sizeof path, "/proc/%ld/mem", (long)pid);
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    bool is_read = memory >= 0 && start != 0 &&
                   pread(memory, page, sizeof page, (off_t)start) == (ssize_t)sizeof page;
    if (memory >= 0) {
        (void)close(memory);
    }
    return is_read;
}

static bool attach(pid_t pid) {
    if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) != 0) {
        return false;
    }
    (void)ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
    (void)waitpid(pid, NULL, __WALL);
    (void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
    return true;
}

int main(void) {
    pid_t daemon = (pid_t)strtol(attack_variable("ATTACK_DAEMON_PID"), NULL, 10);
    bool is_read = read_page(daemon);
    if (is_read || attach(daemon)) {
        (void)puts("the memory is open");
    }
    (void)puts("reason: shut");
    return 0;
}
