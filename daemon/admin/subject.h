/* SPDX-License-Identifier: MIT */
/* The program that a command is about: a path, or a hash that stands for one. */
#ifndef SUBJECT_H
#define SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/admin/shebang.h"
#include "daemon/exchange.h"
#include "libkc/options.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

enum subject_kind {
    SUBJECT_PROGRAM, /* the kernel runs it */
    SUBJECT_SCRIPT,  /* "#!": the kernel runs what its first line names */
    SUBJECT_OTHER
};

struct subject {
    char *path; /* real */
    char hash[HASH_TEXT_SIZE];
    enum subject_kind kind;
    uint64_t size; /* in bytes */
    size_t head_length;
    char head[SHEBANG_MAX]; /* the first bytes of the file */
};

/* Looks at the file: its real path and its hash. Says what is wrong; EXIT_NO: there is no such
 * file, or it can't be a program that is told by its hash. */
KC_MUST_USE enum exit_code subject_new(const char *path, struct subject **ret_subject);
void subject_free(struct subject *subject);

/* The same without a word, for whoever reports in another form. `ret_why` is a sentence. */
KC_MUST_USE enum kc_error subject_look(const char *path, struct subject **ret_subject,
                                       const char **ret_why);

/* 8 to 64 lower-case hex digits. A file of such a name is written "./NAME". */
bool subject_is_hash(const char *operand);

/* The real path when the file is there, else the operand itself, which must be absolute then
 * (EXIT_USAGE, and it was said): a program may be unregistered after it was removed. */
KC_MUST_USE enum exit_code subject_resolve(const char *operand, char **ret_path);

/* The dynamic loader runs any program under its own name: it can never stand for one. */
bool subject_is_loader(const struct subject *subject);
enum exit_code subject_refuse_loader(const struct subject *subject);

/* Warns of a program that anything can drive, of a path that others may change, of a script, which
 * counts only as a caller of helpers, and of a program that isn't executable. */
void subject_warn(const struct subject *subject);

KC_AUTO_DEFINE(subject)

#endif
