/* SPDX-License-Identifier: MIT */
/* The value that `set` stores: from the person at the terminal, or from standard input. */
#ifndef VALUE_H
#define VALUE_H

#include <stdbool.h>

#include "libkc/options.h"
#include "platform/attr.h"

struct secret;

/* Asked for twice without echo when standard input is a terminal; else read to its end, one
 * trailing newline left out unless `keeps_newline`. Whatever isn't EXIT_DONE has been said. */
KC_MUST_USE enum exit_code value_read(bool keeps_newline, struct secret **ret_value);

#endif
