/* SPDX-License-Identifier: MIT */
/*
 * git's three questions, asked of the daemon: by exact targets only, so that the right to read (and
 * to write, for changes) is enough, the record names host and path, and no pattern of a request
 * can reach another login.
 *
 * A login that was stored with a path is for that path, one without for all; the former comes
 * first. Of several users of one place the first that was stored is taken when the request names
 * none. Their list (libkc/login.h) is read and written in two steps: two programs that store at the
 * same moment may leave a name out of it, which is then found by its username only.
 *
 * The door is open. Whatever isn't EXIT_DONE has been said.
 */
#ifndef GIT_LOGINS_H
#define GIT_LOGINS_H

#include "libkc/options.h"
#include "platform/attr.h"

struct door;
struct git_request;
struct secret;

/* The lines for git; NULL in `ret_lines`: there is nothing to be said. */
KC_MUST_USE enum exit_code git_logins_get(struct door *door, const struct git_request *request,
                                          struct secret **ret_lines);

/* Writes only what is new, so that a program which may only read can go on using a login. */
KC_MUST_USE enum exit_code git_logins_store(struct door *door, const struct git_request *request);

/* Takes away what get would have found: with a username that one, else all of the place; with a
 * password or a credential only where it is the stored one. */
KC_MUST_USE enum exit_code git_logins_erase(struct door *door, const struct git_request *request);

#endif
