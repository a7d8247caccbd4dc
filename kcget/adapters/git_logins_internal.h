/* SPDX-License-Identifier: MIT */
/* What the files of the room git_logins share: one item in, one item out. Whatever isn't EXIT_DONE
 * has been said. */
#ifndef GIT_LOGINS_INTERNAL_H
#define GIT_LOGINS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "kcget/adapters/git_item.h"
#include "libkc/keychain-auth.h"
#include "libkc/login.h"
#include "libkc/options.h"
#include "platform/attr.h"

struct door;
struct git_request;

/* What the store has under up to two names; borrows from the answer. */
struct found {
    struct kc_answer *answer;
    bool is_there[2];
    struct git_item items[2];
};

/* A login that no target can name isn't there. */
KC_MUST_USE enum exit_code git_fetch(struct door *door, const struct login *logins, size_t count,
                                     struct found *ret_found);
void found_clear(struct found *found);

KC_MUST_USE enum exit_code git_write(struct door *door, const struct login *login,
                                     const struct git_item *item);
/* `ret_deleted`: it was there. */
KC_MUST_USE enum exit_code git_delete(struct door *door, const struct login *login,
                                      bool *ret_deleted);

/* The place that the request is about, without a username; with its path or without. */
struct login git_place(const struct git_request *request, bool with_path);
/* The request names a user: NULL when it doesn't, or names the one of no letters. */
const char *git_user(const struct git_request *request);

#endif
