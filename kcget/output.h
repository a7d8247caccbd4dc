/* SPDX-License-Identifier: MIT */
/* Standard output, for what must not lie in any buffer. */
#ifndef KCGET_OUTPUT_H
#define KCGET_OUTPUT_H

#include "libkc/options.h"
#include "platform/attr.h"

struct secret;

/* Writes all of it and closes standard output. Anything but EXIT_DONE was said. */
KC_MUST_USE enum exit_code output_write(const struct secret *text);

/* The same for what was printed and isn't a secret: closes standard output. */
KC_MUST_USE enum exit_code output_end(void);

#endif
