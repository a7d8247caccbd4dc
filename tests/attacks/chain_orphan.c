/* SPDX-License-Identifier: MIT */
/*
 * attack: lets an approved program call the helper, and ends first, so that nobody is above the two
 * expects: caller_not_allowed
 * control: caller_root
 * kind: stopped
 * cost: chain_cold
 * victims: launcher
 * needs: first-process
 *
 * The approved program holds the right; what it isn't is the top of a session.
 */
#include "tests/attacks/support/attack.h"
#include "tests/attacks/support/attack_orphan.h"

#include <stddef.h>

static void live(void) {
    const char *const call[] = {attack_path("launcher"), "kcget", "aws", "prize", NULL};
    attack_execute(call);
}

int main(void) {
    attack_from_an_orphan(live);
}
