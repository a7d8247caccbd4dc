/* SPDX-License-Identifier: MIT */
/*
 * attack: another user connects, after the owner has opened directory and socket to the world
 * expects: hung_up
 * control: uid look policy_path policy_hash
 * kind: stopped
 * cost: pin
 * needs: other-uid
 *
 * A daemon can't look at another user's process at all, so its foreign uid is the first of several
 * reasons to turn it away. The control does without any of them.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <libgen.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* As the owner; the other user is our effective uid (run made this program set-id). */
static void open_doors(uid_t other) {
    char path[4096];
    if (seteuid(getuid()) != 0) {
        attack_die("seteuid");
    }
    (void)snprintf(path, sizeof path, "%s", attack_variable("KEYCHAIN_AUTH_SOCKET"));
    if (chmod(path, 0666) != 0 || chmod(dirname(path), 0755) != 0 ||
        chmod(dirname(path), 0755) != 0) {
        attack_die("chmod");
    }
    if (setresuid(other, other, other) != 0) {
        attack_die("setresuid");
    }
}

int main(void) {
    uid_t other = geteuid();
    if (other == getuid()) {
        attack_skip("set-id programs don't work here");
    }
    open_doors(other);
    attack_ask(attack_connect());
}
