/* SPDX-License-Identifier: MIT */
/* explain PATH ACTION SERVICE [TARGET]: the decision, and the entry and the grant behind it. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "libkc/options.h"

struct policy;

/* EXIT_DONE: it would be allowed. EXIT_NO: denied, or there is no such file. */
enum exit_code explain_program(const struct options *options, const struct policy *policy);

#endif
