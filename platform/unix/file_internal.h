/* SPDX-License-Identifier: MIT */
/*
 * What the files behind platform/file.h share: how a stamp is made, who may own what, and how
 * a directory entry becomes durable. Internal to platform/.
 */
#ifndef PLATFORM_UNIX_FILE_INTERNAL_H
#define PLATFORM_UNIX_FILE_INTERNAL_H

#include <stdbool.h>
#include <sys/stat.h>

#include "platform/attr.h"
#include "platform/file.h"
#include "platform/kc_error.h"

/* The name of a file that is to replace NAME: NAME, this mark, and so many of these digits. */
#define FILE_NEW_MARK     ".new."
#define FILE_NEW_DIGITS   6
#define FILE_NEW_ALPHABET "0123456789abcdefghijklmnopqrstuv" /* 32: no bias */

struct file_stamp file_stamp_of(const struct stat *status);

/* A regular file of ours that neither group nor others may write. */
bool file_is_ours(const struct stat *status);

/* A handle on the directory of `path`, good for openat(2) and fsync(2). */
KC_MUST_USE enum kc_error file_open_parent(const char *path, int *ret_directory);

/* Makes the entries of the directory of `path` survive a crash of the machine. */
KC_MUST_USE enum kc_error file_sync_parent(const char *path);

#endif
