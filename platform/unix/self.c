/* SPDX-License-Identifier: MIT */
/* Our own numbers. Neither call can fail. */
#include "platform/self.h"

#include <unistd.h>

uint64_t self_number(void) {
    return (uint64_t)getpid();
}

uint64_t self_user(void) {
    return (uint64_t)geteuid();
}
