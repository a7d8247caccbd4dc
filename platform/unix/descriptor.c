/* SPDX-License-Identifier: MIT */
/*
 * The few things that every file of the platform does with a descriptor. Knows nothing about
 * what is behind one.
 */
#define _GNU_SOURCE
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_CAPACITY 4096u

void descriptor_close(int *descriptor) {
    if (*descriptor < 0) {
        return;
    }
    int kept = errno;
    (void)close(*descriptor);
    errno = kept;
    *descriptor = -1;
}

int descriptor_take(int *take_descriptor) {
    int taken = *take_descriptor;
    *take_descriptor = -1;
    return taken;
}

void descriptor_free_text(char **text) {
    free(*text);
    *text = NULL;
}

enum kc_error descriptor_error(int number) {
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return KC_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return KC_DENIED;
    case ELOOP:
        return KC_UNSAFE;
    case ESRCH:
        return KC_END;
    case EMFILE:
    case ENFILE:
        return KC_BUSY;
    case ENAMETOOLONG:
        return KC_TOO_BIG;
    case ENOMEM:
        return KC_NO_MEMORY;
    default:
        return KC_IO;
    }
}

static bool grow(char **text, size_t *capacity) {
    char *larger = realloc(*text, *capacity * 2);
    if (larger == NULL) {
        return false;
    }
    *text = larger;
    *capacity *= 2;
    return true;
}

enum kc_error descriptor_read_text(int descriptor, size_t limit, char **ret_text,
                                   size_t *ret_length) {
    size_t capacity = FIRST_CAPACITY;
    size_t length = 0;
    KC_AUTO_TEXT text = malloc(capacity);
    if (text == NULL) {
        return KC_NO_MEMORY;
    }

    for (;;) {
        ssize_t count = read(descriptor, text + length, capacity - length - 1);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return descriptor_error(errno);
        }
        if (count == 0) {
            break;
        }
        length += (size_t)count;
        if (length > limit) {
            return KC_TOO_BIG;
        }
        if (length + 1 == capacity && !grow(&text, &capacity)) {
            return KC_NO_MEMORY;
        }
    }

    text[length] = '\0';
    *ret_text = text;
    *ret_length = length;
    text = NULL;
    return KC_OK;
}

enum kc_error descriptor_write(int descriptor, const void *bytes, size_t length) {
    const char *next = bytes;
    while (length > 0) {
        ssize_t count = write(descriptor, next, length);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return descriptor_error(errno);
        }
        next += count;
        length -= (size_t)count;
    }
    return KC_OK;
}

bool descriptor_parse_number(const char *text, size_t length, uint64_t *ret_number) {
    uint64_t number = 0;
    if (length == 0) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (number > (UINT64_MAX - digit) / 10) {
            return false;
        }
        number = number * 10 + digit;
    }
    *ret_number = number;
    return true;
}

enum kc_error descriptor_parent_path(const char *path, char **ret_parent) {
    const char *slash = strrchr(path, '/');
    char *parent;
    if (slash == NULL) {
        parent = strdup(".");
    } else {
        parent = strndup(path, slash == path ? 1 : (size_t)(slash - path));
    }
    if (parent == NULL) {
        return KC_NO_MEMORY;
    }
    *ret_parent = parent;
    return KC_OK;
}
