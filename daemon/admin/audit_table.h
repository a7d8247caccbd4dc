/* SPDX-License-Identifier: MIT */
/* Records for people: a line each, in columns, on standard output. */
#ifndef AUDIT_TABLE_H
#define AUDIT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct audit_view;

struct audit_style {
    bool is_json;   /* the line as it stands, and nothing of the below */
    bool in_colour; /* the result */
    bool with_chain;
};

/* The names of the columns. */
void audit_table_begin(const struct audit_style *style);

/* One record; what isn't one (`view` NULL) is shown as that, and never as JSON. */
void audit_table_print(const struct audit_style *style, struct audit_view *view, const char *line,
                       size_t length);

#endif
