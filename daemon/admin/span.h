/* SPDX-License-Identifier: MIT */
/* A piece of a line that somebody else holds; what the readers of the AWS tools' files cut. */
#ifndef SPAN_H
#define SPAN_H

#include <stdbool.h>
#include <stddef.h>

struct span {
    const char *start;
    const char *end;
};

/* Blank, tab, or the CR of a line that was written elsewhere. */
bool span_is_blank(char byte);
/* Without the blanks at both ends. */
struct span span_trim(struct span span);
size_t span_length(struct span span);
bool span_equals(struct span span, const char *word);

#endif
