/* SPDX-License-Identifier: MIT */
/*
 * An accomplice that changes a byte of a program or a library through a mapping:
 *
 *     mapper FILE         at once, without having written to the page before
 *     mapper FILE kept    writes to the page what is there, says "ready", waits for a line, and
 *                         only then changes it, and says "done"
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define UNUSED 40 /* in e_shoff (elf(5)), which nobody reads to run it */

static void wait_for_line(const char *word) {
    char line[16];
    (void)puts(word);
    (void)fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL) {
        _exit(0);
    }
}

int main(int argc, char **argv) {
    int file = argc >= 2 ? open(argv[1], O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) {
        attack_die("mapper FILE [kept]");
    }
    volatile char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page == MAP_FAILED) {
        attack_die("mmap");
    }
    char now = page[UNUSED];
    if (argc == 3) {
        page[UNUSED] = now;
        wait_for_line("ready");
    }
    page[UNUSED] = (char)(now + 1);
    if (argc == 3) {
        wait_for_line("done");
    }
    return 0;
}
