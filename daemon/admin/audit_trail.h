/* SPDX-License-Identifier: MIT */
/*
 * The records of all files, one after the other, and those that come later; also across a
 * rotation. Never makes a file, and takes no lock.
 */
#ifndef AUDIT_TRAIL_H
#define AUDIT_TRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct audit_filter;
struct audit_trail;
struct audit_view;

/* A line that matches; `view` is NULL when it isn't a record. */
struct audit_line_seen {
    struct audit_view *view;
    const char *text;
    size_t length;
};
typedef void audit_visitor(const struct audit_line_seen *line, void *context);

struct audit_trail_plan {
    const char *path;
    const struct audit_filter *filter;
    bool only_records; /* what isn't one is passed over; else it matches an empty filter */
    audit_visitor *visit;
    void *context;
};

/* The plan is lent until audit_trail_free(). */
KC_MUST_USE enum kc_error audit_trail_new(const struct audit_trail_plan *plan,
                                          struct audit_trail **ret_trail);
void audit_trail_free(struct audit_trail *trail);

/* Everything from the beginning; only the last `count` that match, UINT64_MAX for all.
 * KC_NOT_FOUND: there is no record. KC_DAMAGED, KC_TOO_BIG: an old file can't be unpacked; `audit
 * verify` says which. */
KC_MUST_USE enum kc_error audit_trail_walk(struct audit_trail *trail, uint64_t count);

/* What was written since. */
KC_MUST_USE enum kc_error audit_trail_go_on(struct audit_trail *trail);

KC_AUTO_DEFINE(audit_trail)

#endif
