/* SPDX-License-Identifier: MIT */
/*
 * attack: is a set-id program, at which the daemon can't look, of the user's own uid again
 * expects: untrusted_process
 * control: look policy_path policy_hash
 * kind: stopped
 * cost: pin
 * needs: other-uid
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <unistd.h>

int main(void) {
    uid_t user = getuid();
    if (geteuid() == user) {
        attack_skip("set-id bits don't count here");
    }
    if (setresuid(user, user, user) != 0) {
        attack_die("setresuid");
    }
    attack_ask(attack_connect());
}
