/* SPDX-License-Identifier: MIT */
/*
 * Asking, and waiting for the approval where the policy says no. All on one connection: the daemon
 * looked at this process before it was hardened (platform/harden.h) and couldn't look again, and
 * it reads its policy anew at each request. A denial leaves a line in the record and counts in
 * `list-pending`, so the request is repeated only when the policy has changed; meanwhile it is the
 * daemon's `status` that is asked, which leaves nothing anywhere.
 */
#ifndef KCGET_WAIT_H
#define KCGET_WAIT_H

#include "platform/attr.h"
#include "platform/kc_error.h"

struct kc_answer;
struct kc_client;
struct kc_query;

/* As long as a denial stays in `list-pending`. */
#define WAIT_S_MAX 86400U

struct wait {
    unsigned seconds; /* at most WAIT_S_MAX; 0: a denial is an answer like any other */
    void (*say)(const void *context, const char *message); /* once, with the first denial */
    const void *context;
};

/* As kc_request(). A denial that nobody approved in time is an answer. */
KC_MUST_USE enum kc_error wait_request(struct kc_client *client, const struct kc_query *query,
                                       const struct wait *wait, struct kc_answer **ret_answer);

#endif
