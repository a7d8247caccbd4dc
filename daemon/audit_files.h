/* SPDX-License-Identifier: MIT */
/*
 * The files of one record. `path` is the one that is written; when it has become long or old it
 * is given a number, `path`.000001, and later perhaps packed, `path`.000001.gz (RFC 1952). The
 * numbers count up; what the order is worth is proven by the chain, which goes on from file to
 * file.
 */
#ifndef AUDIT_FILES_H
#define AUDIT_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

#define AUDIT_NUMBER_DIGITS 6
#define AUDIT_NUMBER_MAX    999999
#define AUDIT_PACKED_SUFFIX ".gz"

struct audit_file {
    uint64_t number; /* 0: the one that is written */
    bool is_packed;
    char *path;
};

/* In the order of the record. */
struct audit_files {
    struct audit_file *list;
    size_t count;
    uint64_t last_number; /* the highest that is taken, or 0 */
    uint64_t unfinished;  /* the number that `path` itself has got already, or 0 */
    char *path;
};

/*
 * What is there now; `path` comes last, if it is there. A file that stands there both packed and
 * not is listed once, as the one that isn't. So is one that a rotation left with two names: as
 * `path`. KC_TOO_BIG: more than a record can have.
 */
KC_MUST_USE enum kc_error audit_files_new(const char *path, struct audit_files **ret_files);
void audit_files_free(struct audit_files *files);

/* The name of such a file; free() it. */
KC_MUST_USE enum kc_error audit_files_name(const char *path, uint64_t number, bool is_packed,
                                           char **ret_name);

/* What stands behind `path` and a dot: "000001" or "000001.gz". Pure. KC_INVALID. */
KC_MUST_USE enum kc_error audit_files_parse(const char *text, uint64_t *ret_number,
                                            bool *ret_is_packed);

/* The last part of a path. */
const char *audit_files_label(const char *path);

KC_AUTO_DEFINE(audit_files)

#endif
