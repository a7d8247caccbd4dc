/* SPDX-License-Identifier: MIT */
/*
 * The keys of an entry that are on or off, once: what they are called in the file and on the
 * command line, and how a report speaks of them. Part of the room config; the commands use it,
 * too. Pure.
 */
#ifndef CONFIG_FLAGS_H
#define CONFIG_FLAGS_H

#include <stdbool.h>

#include "daemon/config.h"

struct policy_entry;

struct config_flag_row {
    const char *option; /* "session-root": --session-root, --no-session-root */
    const char *key;    /* in the entry */
    const char *word;   /* what the key says when it is on; NULL: true */
    bool is_usual;      /* on where the key isn't there */
    bool is_right;      /* revoke without a name takes it away */
    bool (*is_on)(const struct policy_entry *entry);
    const char *report; /* said where it isn't as usual; NULL: said otherwise */
};

/* By enum config_flag_name. */
extern const struct config_flag_row config_flags[CONFIG_FLAG_COUNT];

/* No flag of the change is to be set or cleared. */
bool config_flags_are_left(const enum config_flag flags[CONFIG_FLAG_COUNT]);

#endif
