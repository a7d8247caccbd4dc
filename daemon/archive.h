/* SPDX-License-Identifier: MIT */
/*
 * Packs the closed files of the record while the daemon runs, on a worker of its own: it takes a
 * second or so for each, and nobody waits for it. The loop's thread.
 */
#ifndef ARCHIVE_H
#define ARCHIVE_H

#include "platform/attr.h"
#include "platform/kc_error.h"

struct archive;
struct audit;
struct uv_loop_s;

/* Begins with what was left over. `audit` and `path`, its own, are lent until archive_close(). */
KC_MUST_USE enum kc_error archive_open(struct uv_loop_s *loop, const struct audit *audit,
                                       const char *path, struct archive **ret_archive);

/* Something may have been written: packs when a file was closed since. NULL: nobody packs. */
void archive_look(struct archive *archive);

/* Gives up what is under way, which loses nothing. Accepts NULL. */
void archive_close(struct archive *archive);

#endif
