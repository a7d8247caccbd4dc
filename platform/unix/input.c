/* SPDX-License-Identifier: MIT */
/* One byte a read: what is behind the line belongs to whoever reads next. */
#define _POSIX_C_SOURCE 200809L
#include "platform/input.h"

#include "platform/secmem.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

enum kc_error input_read_line(unsigned number, char *buffer, size_t size, size_t *ret_length) {
    size_t length = 0;
    if (number > INT_MAX) {
        return KC_INVALID;
    }
    for (;;) {
        char byte = '\0';
        ssize_t got = read((int)number, &byte, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            secmem_wipe(buffer, size);
            return errno == EBADF ? KC_INVALID : KC_IO;
        }
        if (got == 0 && length == 0) {
            return KC_END;
        }
        if (got == 0 || byte == '\n') {
            *ret_length = length;
            return KC_OK;
        }
        if (length == size) {
            secmem_wipe(buffer, size);
            return KC_TOO_BIG;
        }
        buffer[length] = byte;
        length++;
    }
}
