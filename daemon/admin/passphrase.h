/* SPDX-License-Identifier: MIT */
/*
 * A passphrase from whoever runs a command: from the descriptor of --passphrase-fd, a line each;
 * else typed at the terminal without echo; else, where that is allowed, in a pinentry. Never from
 * the command line or the environment, where others can read it. Whatever isn't EXIT_DONE has
 * been said.
 */
#ifndef PASSPHRASE_H
#define PASSPHRASE_H

#include <stdbool.h>

#include "libkc/options.h"
#include "platform/attr.h"

struct secret;

struct passphrase_question {
    const char *prompt;      /* at the terminal: "passphrase: " */
    const char *description; /* in a window: what it is for */
    bool may_open_window;    /* the person asked for this very thing; else nothing pops up */
    bool is_new;             /* typed twice, and of a length that will do */
};

KC_MUST_USE enum exit_code passphrase_read(const struct options *options,
                                           const struct passphrase_question *question,
                                           struct secret **ret_passphrase);

#endif
