/* SPDX-License-Identifier: MIT */
/* getrandom(2), without flags: blocks until the kernel's generator was seeded once, and not
 * afterwards. */
#define _GNU_SOURCE
#include "platform/random.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/types.h>

enum kc_error random_fill(void *buffer, size_t size) {
    unsigned char *bytes = buffer;
    size_t filled = 0;
    while (filled < size) {
        ssize_t more = getrandom(bytes + filled, size - filled, 0);
        if (more < 0 && errno == EINTR) {
            continue;
        }
        if (more <= 0) {
            return KC_INTERNAL;
        }
        filled += (size_t)more;
    }
    return KC_OK;
}
