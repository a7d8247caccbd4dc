/* SPDX-License-Identifier: MIT */
/* Which records `audit` shows, and how. Pure apart from printing. */
#ifndef AUDIT_FILTER_H
#define AUDIT_FILTER_H

#include <stdbool.h>
#include <stddef.h>

struct audit_filter {
    const char *service; /* each NULL: any */
    const char *result;
    const char *binary;
    bool as_json;
};

bool audit_filter_matches(const struct audit_filter *filter, const char *line, size_t length);

/* One record as one line on standard output. */
void audit_filter_print(const struct audit_filter *filter, const char *line, size_t length);

#endif
