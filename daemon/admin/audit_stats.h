/* SPDX-License-Identifier: MIT */
/* Who did what how often, counted from records. */
#ifndef AUDIT_STATS_H
#define AUDIT_STATS_H

#include <stdbool.h>

#include "libkc/options.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct audit_stats;
struct audit_view;

/* Different ones that are told apart. */
#define AUDIT_STATS_MAX 100000

KC_MUST_USE enum kc_error audit_stats_new(struct audit_stats **ret_stats);
void audit_stats_free(struct audit_stats *stats);

/* Requests count, nothing else. What can't be counted is told by audit_stats_print(). */
void audit_stats_add(struct audit_stats *stats, struct audit_view *view);

/* The most frequent first, as a table or as one JSON object a line. EXIT_FAULT, said: there were
 * more than AUDIT_STATS_MAX, or no memory; nothing is printed. */
KC_MUST_USE enum exit_code audit_stats_print(struct audit_stats *stats, bool is_json);

KC_AUTO_DEFINE(audit_stats)

#endif
