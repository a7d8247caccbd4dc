/* SPDX-License-Identifier: MIT */
/* What kcget and its adapters say to a person: one line on standard error, escaped, behind the
 * program's name. */
#ifndef KCGET_COMPLAIN_H
#define KCGET_COMPLAIN_H

#include "platform/attr.h"

/* The longest sentence, with its NUL: two names and what the daemon says of them. */
#define COMPLAINT_MAX 4096

/* How the program is called: each has it beside its main. */
extern const char complain_name[];

/* Never with a value in it. */
KC_PRINTF(1, 2) void complain(const char *format, ...);

#endif
