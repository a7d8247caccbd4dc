/* SPDX-License-Identifier: MIT */
/* What our own programs want to know of the client library and others don't. */
#ifndef KC_CLIENT_H
#define KC_CLIENT_H

#include "platform/attr.h"
#include "platform/kc_error.h"

/* Where kc_open(address) connects: `address`, else KEYCHAIN_AUTH_SOCKET, else the user's own.
 * free() it. KC_NOT_FOUND, KC_INVALID: as paths_address(). */
KC_MUST_USE enum kc_error client_address(const char *address, char **ret_address);

#endif
