/* SPDX-License-Identifier: MIT */
/* The rights that a command line names: --read, --write, --search, --plain. */
#ifndef RIGHTS_H
#define RIGHTS_H

#include <stddef.h>

#include "daemon/config.h"
#include "libkc/options.h"
#include "libkc/protocol.h"
#include "platform/attr.h"

struct grants {
    size_t count;
    char **items;
};

struct rights {
    struct grants read;
    struct grants write;
    enum config_flag search;
    enum config_flag plain;
};

/* EXIT_USAGE, and it was said: a grant has the wrong form. */
KC_MUST_USE enum exit_code rights_new(const struct options *options, struct rights **ret_rights);
void rights_free(struct rights *rights);

/* Lends them to a change. */
void rights_lend(const struct rights *rights, struct config_change *change);

/* "read aws,git; search": for the record. */
void rights_describe(const struct rights *rights, char ret_text[KC_MESSAGE_MAX]);

KC_AUTO_DEFINE(rights)

#endif
