/* SPDX-License-Identifier: MIT */
/* Options of the form --attr NAME=VALUE, as the client library wants them. */
#ifndef PAIRS_H
#define PAIRS_H

#include <stddef.h>

#include "libkc/options.h"
#include "platform/attr.h"

struct pairs {
    size_t count;
    char **texts; /* name, value, name, value …; 2 * count of them */
};

/* The values of the option `name`. EXIT_USAGE, and it was said: not NAME=VALUE. */
KC_MUST_USE enum exit_code pairs_new(const struct options *options, const char *name,
                                     struct pairs **ret_pairs);
void pairs_free(struct pairs *pairs);

KC_AUTO_DEFINE(pairs)

#endif
