/* SPDX-License-Identifier: MIT */
/* Which records `audit` shows. Pure. */
#ifndef AUDIT_FILTER_H
#define AUDIT_FILTER_H

#include <stdbool.h>

#include "libkc/parse.h"

struct audit_view;

/* Each NULL: any. All of them must fit. */
struct audit_filter {
    const char *service;
    const char *target; /* a pattern (parse_glob) */
    const char *result;
    const char *binary;          /* the path */
    const char *path;            /* a pattern for it */
    char since[PARSE_TIME_SIZE]; /* no earlier; "" any */
};

bool audit_filter_is_empty(const struct audit_filter *filter);
bool audit_filter_matches(const struct audit_filter *filter, struct audit_view *view);

#endif
