/* SPDX-License-Identifier: MIT */
/*
 * A change of the policy as all commands make it: written down first, then made, then
 * reported. Whatever isn't EXIT_DONE has been said already.
 */
#ifndef CHANGE_H
#define CHANGE_H

#include "daemon/admin/places.h"
#include "daemon/config.h"
#include "libkc/options.h"
#include "platform/attr.h"

struct answer;

struct change_name {
    const char *event;             /* "policy", "approve" */
    const char *action;            /* "register", "allow" … */
    const char *message;           /* what was asked, in words; "" nothing */
    const struct options *options; /* the daemon's address, and where a passphrase comes from */
    struct answer **line; /* of several changes: where the first keeps its connection, and so its
                             proof, for the others; NULL: there is only one */
};

/* Fills `now_us`. EXIT_FAULT when the record can't be written: nothing was changed. */
KC_MUST_USE enum exit_code change_make(const struct places *places, struct config_change *change,
                                       const struct change_name *name);

/* The identity need not be approved any more; failing that is only worth a warning. */
void change_settle(const struct places *places, const char *path, const char *hash);

#endif
