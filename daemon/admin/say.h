/* SPDX-License-Identifier: MIT */
/*
 * How the commands speak to people: one sentence a line on standard error, "keychain-auth: "
 * in front. Text from outside goes through say_show() first.
 */
#ifndef SAY_H
#define SAY_H

#include "libkc/options.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

/* Room for any path, however it has to be escaped. */
#define SHOWN_SIZE (16 * 1024 + 4)

struct shown {
    char text[SHOWN_SIZE];
};

/* `text`, fit for a terminal; borrowed from `shown`. */
const char *say_show(const char *text, struct shown *shown);

KC_PRINTF(1, 2) void say(const char *format, ...);
KC_PRINTF(1, 2) void say_warning(const char *format, ...);

/* "WHAT: the error's sentence"; EXIT_FAULT. */
enum exit_code say_fault(enum kc_error error, const char *what);

/* A report that another room wrote (and escaped); its error's sentence when it is empty. */
void say_report(const char *report, enum kc_error error);

#endif
