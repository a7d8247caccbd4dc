/* SPDX-License-Identifier: MIT */
/*
 * attack: makes itself non-dumpable, so that the daemon can't look at it
 * expects: untrusted_process
 * control: look policy_path policy_hash
 * kind: stopped
 * cost: pin
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <sys/prctl.h>

int main(void) {
    if (prctl(PR_SET_DUMPABLE, 0) != 0) {
        attack_die("PR_SET_DUMPABLE");
    }
    attack_ask(attack_connect());
}
