/* SPDX-License-Identifier: MIT */
/*
 * What is kept of a login, and what git is told of it. Pure.
 *
 * The value's first line is what the server gets: the password, or with an "authtype" the
 * credential. Lines of KEY=VALUE may follow, for what is secret, too: oauth_refresh_token, and the
 * password beside a credential. So a value that a person or an import stored is a password as it
 * stands. Expiry, authtype and the parts of the URL are attributes.
 */
#ifndef GIT_ITEM_H
#define GIT_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct git_request;
struct secret;

/* Borrowed; `bytes` NULL: none. */
struct git_piece {
    const char *bytes;
    size_t length;
};

/* Everything is borrowed; NULL: it isn't there. */
struct git_item {
    const void *value;
    size_t length;
    const char *username; /* "" is one, too: some servers want it so */
    const char *authtype;
    const char *expiry;    /* decimal, seconds since 1970 */
    const char *usernames; /* libkc/login.h */
};

/* There is a login in it: the item that lists the others may have none of its own. */
bool git_item_is_login(const struct git_item *item);

/* What a request to store keeps; `ret_item` borrows from both results. KC_NOT_FOUND: it has
 * nothing that is to be kept. KC_TOO_BIG: more than a value may have. */
KC_MUST_USE enum kc_error git_item_make(const struct git_request *request,
                                        struct secret **ret_value, struct git_item *ret_item);

/* Nothing that a login has differs. */
bool git_item_is_same(const struct git_item *item, const struct git_item *other);

/* The request's password and credential, as far as it has any, are the item's. */
bool git_item_fits(const struct git_item *item, const struct git_request *request);

/*
 * The lines for git. Without bytes: the login has expired and nothing else can be said; with a
 * refresh token that is told, and the password isn't. KC_NOT_FOUND: it can't be said to a git that
 * asks like this (a credential needs the capability). KC_INVALID: the item wasn't written by this
 * program, and holds what git's lines can't (a line break, a NUL) or an expiry that is no number.
 */
KC_MUST_USE enum kc_error git_item_write(const struct git_item *item,
                                         const struct git_request *request, int64_t now_s,
                                         struct secret **ret_lines);

#endif
