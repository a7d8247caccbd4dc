/* SPDX-License-Identifier: MIT */
/*
 * What a request needs, and whether an entry has all of it. Pure; part of the room authorise: the
 * same question is put to a program that asks for itself and to those that a helper speaks for.
 */
#ifndef RIGHT_H
#define RIGHT_H

#include <stdbool.h>

#include "libkc/protocol.h"

struct policy_entry;
struct request;

struct right_lack {
    bool action;        /* no such right for any service */
    bool search;        /* it needs can_search */
    bool grant;         /* what was asked isn't granted; `target` is the first that isn't … */
    const char *target; /* … NULL: the whole service */
};

/* It is a search, or goes by prefix. */
bool right_needs_search(const struct request *request);

/* KC_REASON_NONE: every target is covered. KC_REASON_ACTION_NOT_IN_POLICY: there is no such right
 * for any service, or can_search is missing. KC_REASON_SERVICE_NOT_ALLOWED. */
enum kc_reason right_check(const struct policy_entry *entry, const struct request *request,
                           struct right_lack *ret_lack);

#endif
