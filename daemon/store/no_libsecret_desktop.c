/* SPDX-License-Identifier: MIT */
/* The import from the desktop's keyring in a program that was built without libsecret. */
#include "daemon/store/desktop.h"

#include <stdio.h>

enum kc_error desktop_open(struct desktop **ret_desktop, char why[KC_MESSAGE_MAX]) {
    (void)ret_desktop;
    (void)snprintf(why, KC_MESSAGE_MAX,
                   "the desktop's keyring can't be read: this program was built without libsecret");
    return KC_UNSUPPORTED;
}

void desktop_free(struct desktop *desktop) {
    (void)desktop;
}

enum kc_error desktop_read(struct desktop *desktop, const struct attributes *match,
                           desktop_visitor *visit, void *context, size_t *ret_passed_over) {
    (void)desktop;
    (void)match;
    (void)visit;
    (void)context;
    (void)ret_passed_over;
    return KC_UNSUPPORTED;
}

enum kc_error desktop_delete(struct desktop *desktop, const char *path,
                             const struct secret *value) {
    (void)desktop;
    (void)path;
    (void)value;
    return KC_UNSUPPORTED;
}

const char *desktop_trouble(const struct desktop *desktop) {
    (void)desktop;
    return "";
}
