/* SPDX-License-Identifier: MIT */
/*
 * How a login of git is named in the store, for the programs that write or look for one:
 * service "git", target PROTOCOL://USERNAME@HOST[:PORT][/PATH]. The parts are percent-encoded
 * (RFC 3986, section 2.1), so that one login has one spelling, no part can pass for another, and
 * a pattern of the policy such as "https://?*@github.com" means what it seems to. Pure.
 *
 * One item without a username, PROTOCOL://@HOST[/PATH], stands for all of them: its attribute
 * "usernames" lists who has a login there. With it a login is found, and all of them are, by
 * exact targets alone, without the right to search.
 */
#ifndef KC_LOGIN_H
#define KC_LOGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

#define LOGIN_SERVICE    "git"

/* The attributes of the items; parts as they are, not encoded. */
#define LOGIN_PROTOCOL   "protocol"
#define LOGIN_HOST       "host"
#define LOGIN_USERNAME   "username"
#define LOGIN_PATH       "path"
#define LOGIN_USERNAMES  "usernames"
#define LOGIN_EXPIRY     "password_expiry_utc" /* seconds since 1970, decimal */
#define LOGIN_AUTHTYPE   "authtype"

#define LOGIN_NAMES_SIZE (KC_ATTRIBUTE_VALUE_MAX + 1)

/* Borrowed text. */
struct login {
    const char *protocol;
    const char *host;     /* with ":PORT"; "" only where the protocol has no hosts */
    const char *username; /* NULL or "": the item that stands for all */
    const char *path;     /* NULL or "": none */
};

/* KC_INVALID: a part isn't UTF-8 without control characters, or there is no protocol.
 * KC_TOO_BIG: the target would be longer than KC_TARGET_MAX. */
KC_MUST_USE enum kc_error login_write_target(const struct login *login,
                                             char ret_target[KC_TARGET_MAX + 1]);

/*
 * A list of usernames as text: percent-encoded, a blank between two of them, the first is the
 * one that is taken when nobody says which. `names` begins as "".
 */
/* At the end. KC_EXISTS: it is there already. KC_TOO_BIG: there is no room; nothing was changed. */
KC_MUST_USE enum kc_error login_names_add(char names[LOGIN_NAMES_SIZE], const char *username);
/* False: it wasn't there. */
bool login_names_remove(char *names, const char *username);
/* The name at *cursor, which moves on; false at the end. What no login could have is passed
 * over. */
bool login_names_next(const char **cursor, char ret_username[KC_TARGET_MAX + 1]);

#endif
