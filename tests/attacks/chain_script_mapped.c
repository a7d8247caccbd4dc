/* SPDX-License-Identifier: MIT */
/*
 * attack: edits an approved script through a mapping that it wrote to before, which no time tells
 * expects: caller_not_allowed
 * control: script_read
 * kind: stopped
 * cost: -
 * needs: first-process
 *
 * A page that is dirty already takes one more write without the kernel hearing of it, until it is
 * written back; so a remembered hash would be found again. What is mapped like this can't be
 * executed (ETXTBSY, execve(2)), but an interpreter only reads its script.
 */
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_orphan.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char honest[] = "#!/bin/sh\nkcget aws prize >/dev/null\n:\n";
static const char edited[] = "#!/bin/sh\nkcget aws prize           \n:\n";

static void live(void) {
    const char *const call[] = {"/bin/sh", "deploy", NULL};
    attack_execute(call);
}

static char *map_script(void) {
    int file = open("deploy", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    if (file < 0 || ftruncate(file, sizeof honest - 1) != 0) {
        attack_die("deploy");
    }
    char *text = mmap(NULL, sizeof honest - 1, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (text == MAP_FAILED || close(file) != 0) {
        attack_die("mmap");
    }
    memcpy(text, honest, sizeof honest - 1);
    return text;
}

int main(void) {
    const char *const approve[] = {"keychain-auth", "register",       "deploy", "--read",
                                   "aws",           "--session-root", NULL};
    const struct timespec until_it_is_remembered = {2, 200000000};
    if (chdir(attack_variable("HOME")) != 0) {
        attack_die("HOME");
    }
    char *text = map_script();
    attack_as_the_user(approve);
    (void)nanosleep(&until_it_is_remembered, NULL);
    attack_from_an_orphan(live);
    memcpy(text, edited, sizeof edited - 1);
    attack_from_an_orphan(live);
}
