/* SPDX-License-Identifier: MIT */
/* The desktop's keyring in a program that was built without libsecret: it says so. */
#include "daemon/store/backend.h"

#include <stdio.h>

static enum kc_error refuse(char why[KC_MESSAGE_MAX]) {
    (void)snprintf(why, KC_MESSAGE_MAX,
                   "the store \"secret-service\" isn't built into this program (it needs "
                   "libsecret); say \"file\"");
    return KC_UNSUPPORTED;
}

enum kc_error sealed_service_open(const char *key_id, struct store_backend **ret_backend,
                                  char why[KC_MESSAGE_MAX]) {
    (void)key_id;
    (void)ret_backend;
    return refuse(why);
}

enum kc_error sealed_service_look(unsigned timeout_ms, size_t *ret_count,
                                  char why[KC_MESSAGE_MAX]) {
    (void)timeout_ms;
    (void)ret_count;
    return refuse(why);
}
