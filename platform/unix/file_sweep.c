/* SPDX-License-Identifier: MIT */
/*
 * Takes away the new files that never came to stand for the old one, because the process died
 * in between. They hold what was to be kept, perhaps since deleted, and nobody else knows them.
 */
#define _GNU_SOURCE
#include "platform/file.h"

#include "platform/unix/descriptor.h"
#include "platform/unix/file_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_left_over(const char *rest) {
    static const char mark[] = FILE_NEW_MARK;
    return strlen(rest) == sizeof mark - 1 + FILE_NEW_DIGITS &&
           strncmp(rest, mark, sizeof mark - 1) == 0 &&
           strspn(rest + sizeof mark - 1, FILE_NEW_ALPHABET) == FILE_NEW_DIGITS;
}

/* Whatever else stands under such a name isn't of our making, and must not keep us from opening. */
static bool is_ours(const char *path) {
    struct stat status;
    return lstat(path, &status) == 0 && file_is_ours(&status);
}

static enum kc_error sweep_one(const char *rest, void *context) {
    const char *path = context;
    if (!is_left_over(rest)) {
        return KC_OK;
    }
    size_t size = strlen(path) + strlen(rest) + 1;
    KC_AUTO_TEXT name = malloc(size);
    if (name == NULL) {
        return KC_NO_MEMORY;
    }
    (void)snprintf(name, size, "%s%s", path, rest);
    bool is_gone = !is_ours(name) || unlink(name) == 0 || errno == ENOENT;
    return is_gone ? KC_OK : descriptor_error(errno);
}

enum kc_error file_replace_sweep(const char *path) {
    return file_visit_beside(path, sweep_one, (void *)(uintptr_t)path); /* it isn't written to */
}
