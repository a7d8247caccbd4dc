/* SPDX-License-Identifier: MIT */
/* A yes or a no at the terminal, before something is done that was just shown. */
#ifndef CONFIRM_H
#define CONFIRM_H

#include "libkc/options.h"

/*
 * Shows what is on standard output so far, asks, and answers with EXIT_DONE for a yes. EXIT_NO for
 * everything else, and then it has been said that nothing was registered; without a terminal also
 * `otherwise`, how to do without the question.
 */
enum exit_code confirm(const char *question, const char *otherwise);

#endif
