/* SPDX-License-Identifier: MIT */
/* --attr NAME=VALUE, as the client library wants it. */
#ifndef PAIRS_H
#define PAIRS_H

#include <stddef.h>

#include "libkc/options.h"
#include "platform/attr.h"

struct pairs {
    size_t count;
    char **texts; /* name, value, name, value …; 2 * count of them */
};

/* EXIT_USAGE, and it was said: not NAME=VALUE. */
KC_MUST_USE enum exit_code pairs_new(const struct options *options, struct pairs **ret_pairs);
void pairs_free(struct pairs *pairs);

KC_AUTO_DEFINE(pairs)

#endif
