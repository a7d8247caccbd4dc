/* SPDX-License-Identifier: MIT */
/*
 * The desktop's keyring as a module: libsecret and the GLib below it are a third of what an idle
 * daemon would hold in memory, so they are in a file that is loaded by the first of these
 * functions that is called. The rows are the functions of backend.h and desktop.h by their names.
 */
#ifndef STORE_DESKTOP_MODULE_H
#define STORE_DESKTOP_MODULE_H

#include <stddef.h>

#include "daemon/store/desktop.h"
#include "libkc/protocol.h"

struct store_backend;

/* What it exports: a `const struct desktop_module`. */
#define DESKTOP_MODULE_SYMBOL "kc_desktop_module"
#define DESKTOP_MODULE_FILE   "libkeychain-auth-desktop.so"

struct desktop_module {
    const char *version; /* KC_VERSION, or nothing else here is to be believed */

    enum kc_error (*service_open)(const char *key_id, struct store_backend **ret_backend,
                                  char why[KC_MESSAGE_MAX]);
    enum kc_error (*service_look)(unsigned timeout_ms, size_t *ret_count, char why[KC_MESSAGE_MAX]);

    enum kc_error (*open)(struct desktop **ret_desktop, char why[KC_MESSAGE_MAX]);
    void (*free)(struct desktop *desktop);
    enum kc_error (*read)(struct desktop *desktop, const struct attributes *match,
                          desktop_visitor *visit, void *context, size_t *ret_passed_over);
    enum kc_error (*remove)(struct desktop *desktop, const char *path, const struct secret *value);
    const char *(*trouble)(const struct desktop *desktop);
};

#endif
