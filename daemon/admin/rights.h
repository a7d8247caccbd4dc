/* SPDX-License-Identifier: MIT */
/* The rights that a command line names: --read, --write, --library, and the flags of an entry. */
#ifndef RIGHTS_H
#define RIGHTS_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/config.h"
#include "libkc/options.h"
#include "libkc/protocol.h"
#include "platform/attr.h"

struct libraries;

struct grants {
    size_t count;
    char **items;
};

struct rights {
    struct grants read;
    struct grants write;
    enum config_flag flags[CONFIG_FLAG_COUNT];
    struct libraries *libraries;
};

/* What is taken away: a flag names what goes, and a library's file may be gone. */
enum rights_kind { RIGHTS_GIVEN, RIGHTS_TAKEN };

/* EXIT_USAGE, and it was said: a grant has the wrong form. EXIT_NO: a library can't be looked
 * at. */
KC_MUST_USE enum exit_code rights_new(const struct options *options, enum rights_kind kind,
                                      struct rights **ret_rights);
void rights_free(struct rights *rights);

/* Nothing was named. */
bool rights_are_empty(const struct rights *rights);

/* Lends them to a change. */
void rights_lend(const struct rights *rights, struct config_change *change);

/* "read aws,git; search": for the record. */
void rights_describe(const struct rights *rights, char ret_text[KC_MESSAGE_MAX]);

KC_AUTO_DEFINE(rights)

#endif
