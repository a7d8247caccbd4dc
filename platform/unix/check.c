/* SPDX-License-Identifier: MIT */
/* Empty but for the build that the negative controls of tests/attacks/ run against. */
#include "platform/check.h"

#ifdef KC_ATTACK_CONTROLS

#include <stdlib.h>
#include <string.h>

bool check_is_on(const char *name) {
    const char *off = getenv("KC_CHECKS_OFF");
    size_t length = strlen(name);
    while (off != NULL && *off != '\0') {
        size_t word = strcspn(off, " ");
        if (word == length && memcmp(off, name, word) == 0) {
            return false;
        }
        off += word + strspn(off + word, " ");
    }
    return true;
}

#else

typedef int check_is_constant; /* ISO C wants something in every file */

#endif
