/* SPDX-License-Identifier: MIT */
/*
 * attack: changes an approved program within one tick of the file system's clock, after its hash
 * expects: unregistered_binary
 * control: hash_age
 * kind: stopped
 * cost: -
 *
 * Where two changes can have the same time, a hash that was remembered between them is the wrong
 * one. Since Linux 6.13 a time that somebody has looked at isn't given again; before that it
 * takes luck, so it is tried many times.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRIES   300
#define PADDING 9 /* in e_ident of the ELF header (elf(5)) */

static void write_padding(const char *program, char byte) {
    int file = open(program, O_WRONLY | O_CLOEXEC);
    if (file < 0 || pwrite(file, &byte, 1, PADDING) != 1 || close(file) != 0) {
        attack_die(program);
    }
}

static struct timespec time_of(const char *program) {
    struct stat status;
    if (stat(program, &status) != 0) {
        attack_die(program);
    }
    return status.st_ctim;
}

/* Has the approved bytes hashed. */
static void warm_up(const char *program) {
    pid_t child = attack_fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
        (void)dup2(nowhere, STDIN_FILENO);
        (void)dup2(nowhere, STDOUT_FILENO);
        (void)execl(program, program, "connect", (char *)NULL);
        attack_die(program);
    }
    (void)waitpid(child, NULL, 0);
}

static bool is_same_tick(const char *program) {
    write_padding(program, 0);
    struct timespec before = time_of(program);
    warm_up(program);
    write_padding(program, 'X');
    struct timespec after = time_of(program);
    return before.tv_sec == after.tv_sec && before.tv_nsec == after.tv_nsec;
}

int main(void) {
    const char *program = attack_variable("ATTACK_VICTIM");
    for (int i = 0; i < TRIES; i++) {
        if (is_same_tick(program)) {
            (void)execl(program, program, "connect", "print", (char *)NULL);
            attack_die(program);
        }
    }
    attack_skip("no two changes of a file have the same time here (Linux 6.13)");
}
