/* SPDX-License-Identifier: MIT */
/*
 * attack: edits an approved script and runs it
 * expects: caller_not_allowed
 * control: policy_hash
 * kind: stopped
 * cost: policy_hash
 * needs: first-process
 */
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_orphan.h"

#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

static const char honest[] = "#!/bin/sh\nkcget aws prize >/dev/null\n:\n";
static const char edited[] = "#!/bin/sh\nkcget aws prize\n:\n";

static char script[4096];

static void write_script(const char *text) {
    FILE *file = fopen(script, "w");
    if (file == NULL || fputs(text, file) == EOF || fclose(file) != 0 || chmod(script, 0700) != 0) {
        attack_die(script);
    }
}

static void live(void) {
    const char *const call[] = {script, NULL};
    attack_execute(call);
}

int main(void) {
    const char *const approve[] = {"keychain-auth", "register",       script, "--read",
                                   "aws",           "--session-root", NULL};
    (void)snprintf(script, sizeof script, "%s/deploy", attack_variable("HOME"));
    write_script(honest);
    attack_as_the_user(approve);
    write_script(edited);
    attack_from_an_orphan(live);
}
