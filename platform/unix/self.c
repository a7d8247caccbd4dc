/* SPDX-License-Identifier: MIT */
/* Our own numbers, and our own place. */
#include "platform/self.h"

#include "platform/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint64_t self_number(void) {
    return (uint64_t)getpid();
}

uint64_t self_user(void) {
    return (uint64_t)geteuid();
}

static enum kc_error join(const char *own_path, const char *name, char **ret_path) {
    const char *slash = strrchr(own_path, '/');
    if (slash == NULL) {
        return KC_UNSAFE;
    }
    size_t length = (size_t)(slash - own_path) + 1;
    size_t size = length + strlen(name) + 1;
    char *path = malloc(size);
    if (path == NULL) {
        return KC_NO_MEMORY;
    }
    (void)snprintf(path, size, "%.*s%s", (int)length, own_path, name);
    *ret_path = path;
    return KC_OK;
}

enum kc_error self_sibling(const char *name, char **ret_path) {
    KC_AUTO(process) self = NULL;
    KC_AUTO(image) image = NULL;
    const char *why = NULL;
    enum kc_error error = process_pin(self_number(), &self);
    if (error == KC_OK) {
        error = process_open_image(self, &image, &why);
    }
    return error == KC_OK ? join(image_path(image), name, ret_path) : error;
}
