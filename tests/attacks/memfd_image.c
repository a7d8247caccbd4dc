/* SPDX-License-Identifier: MIT */
/*
 * attack: runs the victim from memory, a file that has no name anywhere
 * expects: untrusted_process
 * control: image_mount image_linked policy_path
 * kind: stopped
 * cost: image_mount
 *
 * The bytes are the victim's, this time.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

int main(void) {
    static char *const arguments[] = {"victim", "connect", "print", NULL};
    struct stat status;
    int file = open(attack_variable("ATTACK_VICTIM"), O_RDONLY | O_CLOEXEC);
    int memory = memfd_create("victim", MFD_CLOEXEC);
    if (file < 0 || memory < 0 || fstat(file, &status) != 0 ||
        sendfile(memory, file, NULL, (size_t)status.st_size) != status.st_size) {
        attack_die("memfd");
    }
    (void)fexecve(memory, arguments, environ);
    attack_die("fexecve");
}
