/* SPDX-License-Identifier: MIT */
/*
 * attack: runs its own script by the relative name of an approved one, and goes to where that is
 * expects: released
 * control: none
 * kind: residual
 * removed-by: confirmation, system mode
 * cost: -
 * needs: first-process
 *
 * An interpreter says what it was told to run, and what that name meant when it began is gone.
 */
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_orphan.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_script(const char *folder, const char *text) {
    char path[PATH_MAX];
    if (chdir(attack_variable("HOME")) != 0 || mkdir(folder, 0700) != 0) {
        attack_die(folder);
    }
    (void)snprintf(path, sizeof path, "%s/deploy", folder);
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(text, file) == EOF || fclose(file) != 0 || chmod(path, 0700) != 0) {
        attack_die(path);
    }
}

static void live(void) {
    const char *const call[] = {"./deploy", NULL};
    if (chdir("evil") != 0) {
        attack_die("evil");
    }
    attack_execute(call);
}

int main(void) {
    const char *const approve[] = {"keychain-auth",  "register", "honest/deploy", "--read", "aws",
                                   "--session-root", NULL};
    write_script("honest", "#!/bin/sh\nkcget aws prize >/dev/null\n:\n");
    write_script("evil", "#!/bin/sh\ncd ../honest\nkcget aws prize\n:\n");
    attack_as_the_user(approve);
    attack_from_an_orphan(live);
}
