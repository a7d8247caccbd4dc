/* SPDX-License-Identifier: MIT */
/*
 * What git says to a credential helper: KEY=VALUE lines up to a blank line or the end
 * (gitcredentials(7), git-credential(1), up to git 2.55). Pure. Strict where a lax reader would
 * answer another question than the one that was asked: git may die in the middle of a request, and
 * a value may come from a URL that somebody else wrote.
 */
#ifndef GIT_LINES_H
#define GIT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

/* Bytes of a line without its newline, and of all of it: git's own limit is the former. */
#define GIT_LINE_MAX    65535
#define GIT_REQUEST_MAX (1024 * 1024)

/* Keys that a request has at most once, and that mean something here. */
#define GIT_KEYS(X)                         \
    X(PROTOCOL, "protocol")                 \
    X(HOST, "host")                         \
    X(PATH, "path")                         \
    X(USERNAME, "username")                 \
    X(PASSWORD, "password")                 \
    X(EXPIRY, "password_expiry_utc")        \
    X(REFRESH_TOKEN, "oauth_refresh_token") \
    X(AUTHTYPE, "authtype")                 \
    X(CREDENTIAL, "credential")             \
    X(EPHEMERAL, "ephemeral")

#define GIT_ENUM_KEY(name, word) GIT_##name,
enum git_key { GIT_KEYS(GIT_ENUM_KEY) GIT_KEY_COUNT };

/* Borrows the text that it was read from. */
struct git_request {
    const char *values[GIT_KEY_COUNT]; /* NULL: not given. A path of no bytes isn't, either */
    bool takes_authtype;               /* capability[]=authtype */
    bool is_ephemeral;
};

/* The key's word; static. */
const char *git_key_word(enum git_key key);

/*
 * Reads a request; `text` has a NUL behind its last byte and is written to. What follows a blank
 * line is left alone. The keys of git that mean nothing here (url, wwwauth[], state[], continue,
 * quit) and unknown ones are passed over, but their lines must be lines.
 * KC_INVALID: `why` names the line and what is wrong with it, never a value: a NUL, a CR that ends
 * no line, no "=", no key, a key twice, more than GIT_LINE_MAX bytes, an end in the middle of a
 * line, an expiry that is no number, no protocol, no host (which only "cert" may leave empty).
 */
KC_MUST_USE enum kc_error git_lines_parse(char *text, size_t length,
                                          struct git_request *ret_request,
                                          char why[KC_MESSAGE_MAX]);

#endif
