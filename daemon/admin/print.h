/* SPDX-License-Identifier: MIT */
/* What the commands print for programs: one JSON value a line, on standard output. */
#ifndef PRINT_H
#define PRINT_H

#include "libkc/options.h"

struct json_t; /* jansson's */

/* A JSON string; text that isn't UTF-8 is escaped first. NULL: no memory. */
struct json_t *print_text(const char *text);

/* Prints and releases. NULL stands for "no memory" and is said. */
enum exit_code print_json(struct json_t *take_value);

#endif
