/* SPDX-License-Identifier: MIT */
/* Where an import comes from: the user's files, or the desktop's keyring. Whatever isn't
 * EXIT_DONE has been said. */
#ifndef IMPORT_SOURCE_H
#define IMPORT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/admin/import_list.h"
#include "libkc/options.h"
#include "platform/attr.h"

struct desktop;

struct import_source {
    char *path;              /* of the file; NULL: the desktop's keyring */
    struct desktop *desktop; /* NULL: a file */
    size_t item_count;
    char **items; /* the keyring's names for its items; an entry's origin counts in it */
    struct import_list list;
};

struct import_kind {
    const char *name;
    enum exit_code (*read)(const struct options *options, struct import_source *source);
    /* Prints how the tool is switched over; both texts are fit for a terminal, the path "" where
     * there is none. */
    void (*advise)(const char *service, const char *path);
    bool needs_file; /* the second operand */
    bool may_name_service;
    bool is_desktop; /* --match and --delete-source */
};

/* NULL: no such source. */
const struct import_kind *import_kind_find(const char *name);

/* Deletes from the desktop's keyring what was verified and is still as it was read.
 * `ret_deleted` is written in any case. */
KC_MUST_USE enum exit_code import_source_delete(struct import_source *source, size_t *ret_deleted);

/* Closes the keyring and wipes the values. */
void import_source_clear(struct import_source *source);

#endif
