/* SPDX-License-Identifier: MIT */
/* --library PATH: the files that a program may run code from although root doesn't own them. */
#ifndef LIBRARIES_H
#define LIBRARIES_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/config.h"
#include "libkc/options.h"
#include "platform/attr.h"

struct libraries {
    size_t count;
    struct config_library *items; /* their texts are ours */
};

/* Each by its real path and, when `with_hash`, the hash of its bytes. EXIT_NO or EXIT_USAGE, and
 * it was said: there is no such file. */
KC_MUST_USE enum exit_code libraries_new(const struct options *options, bool with_hash,
                                         struct libraries **ret_libraries);
void libraries_free(struct libraries *libraries);

KC_AUTO_DEFINE(libraries)

#endif
