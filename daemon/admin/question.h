/* SPDX-License-Identifier: MIT */
/* ACTION SERVICE [TARGET]: what explain is asked about, as a request that nobody sends. */
#ifndef QUESTION_H
#define QUESTION_H

#include "libkc/message.h"
#include "libkc/options.h"
#include "libkc/protocol.h"

struct question {
    enum kc_action action;
    const char *service;
    const char *target; /* NULL: the whole service */
    char *targets[1];   /* the request's */
};

/* From the operands, the first of which is ACTION. EXIT_USAGE, and it was said. */
KC_MUST_USE enum exit_code question_read(const struct options *options, size_t first,
                                         struct question *ret_question);

/* Lends the question to a request. */
struct request question_request(struct question *question);

#endif
