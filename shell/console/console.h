/* SPDX-License-Identifier: MIT */
/*
 * The console itself: reads lines and runs keychain-auth with them, as a person would have in a
 * shell. It connects to no daemon and decides nothing.
 */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include "libkc/options.h"

/* Until the person leaves. `program` is the path of keychain-auth. */
enum exit_code console_run(const char *program);

/* One sentence on standard error. */
enum exit_code console_complain(enum exit_code code, const char *sentence);

#endif
