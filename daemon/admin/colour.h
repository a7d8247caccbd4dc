/* SPDX-License-Identifier: MIT */
/*
 * Colours on standard output, for a person alone: nothing is coloured unless standard output is a
 * terminal, TERM is set and isn't "dumb", and NO_COLOR is unset or empty (no-color.org). No word is
 * told by its colour only.
 */
#ifndef COLOUR_H
#define COLOUR_H

#include <stdbool.h>

/* What stands before and behind a piece of text; "" where nothing is coloured. Static. */
const char *colour_good_or_bad(bool is_good); /* green, red */
const char *colour_name(void);                /* bold: what the eye looks for */
const char *colour_aside(void);               /* dim */
const char *colour_end(void);

#endif
