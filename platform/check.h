/* SPDX-License-Identifier: MIT */
/*
 * A name for each defence, so that tests/attacks/ can show that an attack falls to the one
 * check that it is about, and to no other: the daemon that its negative controls run against is
 * built with KC_ATTACK_CONTROLS, and leaves out the checks that KC_CHECKS_OFF names (blanks
 * between). In every other build this is the constant true, and such a build is refused when it
 * is optimised for release (NDEBUG).
 */
#ifndef PLATFORM_CHECK_H
#define PLATFORM_CHECK_H

#include <stdbool.h>

#ifdef KC_ATTACK_CONTROLS
#ifdef NDEBUG
#error "KC_ATTACK_CONTROLS is for tests; a release keeps all its checks"
#endif
bool check_is_on(const char *name);
#else
static inline bool check_is_on(const char *name) {
    (void)name;
    return true;
}
#endif

#endif
