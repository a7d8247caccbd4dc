/* SPDX-License-Identifier: MIT */
/* A whole text that somebody wrote: a file, or standard input. */
#ifndef KCGET_INPUT_H
#define KCGET_INPUT_H

#include "libkc/options.h"
#include "platform/attr.h"

struct secret;

#define INPUT_MAX (1024 * 1024)

/* "-" is standard input. In pages that are wiped: a text with references may hold more than these.
 * Anything but EXIT_DONE was said. */
KC_MUST_USE enum exit_code input_read(const char *path, struct secret **ret_text);

#endif
