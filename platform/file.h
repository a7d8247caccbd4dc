/* SPDX-License-Identifier: MIT */
/*
 * Files that are private to the user: read with owner and mode checked on the open handle,
 * replaced atomically, appended durably, locked. Paths are text as the system writes them.
 * All of it may block on a disk. Different objects may be used by different threads.
 */
#ifndef PLATFORM_FILE_H
#define PLATFORM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

enum file_privacy {
    FILE_TRUSTED, /* ours or the administrator's, not writable by group or others */
    FILE_SECRET   /* ours, and nobody else may read it either */
};

/* Equal as long as a file is the same and unchanged (device, number, size, times). All zero:
 * there is no file. Compare with file_stamp_equal(). */
struct file_stamp {
    uint64_t words[8];
};

/*
 * Reads a whole file into secret memory (platform/secmem.h; release with
 * secmem_free(bytes, capacity)). An empty file gives a capacity of at least 1. One byte more
 * than the length is always there and zero.
 * KC_NOT_FOUND · KC_TOO_BIG longer than `limit` bytes · KC_UNSAFE a symbolic link, not a
 * regular file, another owner, or a mode that `privacy` forbids · KC_DENIED the system doesn't
 * let us read it, or not reach it · KC_CHANGED somebody wrote to it each time we read it.
 */
struct file_bytes {
    char *bytes;
    size_t length;
    size_t capacity;
    struct file_stamp stamp; /* of exactly the bytes that were read */
};
KC_MUST_USE enum kc_error file_read(const char *path, enum file_privacy privacy, size_t limit,
                                    struct file_bytes *ret_bytes);
void file_bytes_clear(struct file_bytes *bytes);

/* The present stamp, without opening; all zero when there is no file. */
KC_MUST_USE enum kc_error file_stamp(const char *path, struct file_stamp *ret_stamp);
bool file_stamp_equal(const struct file_stamp *one, const struct file_stamp *other);

/*
 * Replaces in two steps, so that a record can be written in between. _prepare writes
 * `path`.new.XXXXXX beside it (0600) and makes it durable; _commit renames it and makes the
 * directory durable; _discard removes it. After a crash anywhere `path` is whole: old or new.
 * The pieces are written one after another. When _commit fails `path` is the old one, unless only
 * the directory could not be made durable: then it is the new one already, though perhaps not
 * after a crash of the machine. Its stamp tells.
 */
struct file_piece {
    const void *bytes;
    size_t length;
};
struct file_replacement;
KC_MUST_USE enum kc_error file_replace_prepare(const char *path, const struct file_piece *pieces,
                                               size_t count,
                                               struct file_replacement **ret_replacement);
/* Takes it, on success and on failure. `ret_stamp` may be NULL. */
KC_MUST_USE enum kc_error file_replace_commit(struct file_replacement **take_replacement,
                                              struct file_stamp *ret_stamp);
void file_replacement_free(struct file_replacement *replacement); /* discards */
/* Both steps at once. */
KC_MUST_USE enum kc_error file_replace(const char *path, const void *bytes, size_t length);
/* Removes what a crash between the steps left beside `path`: regular files of ours with exactly
 * such a name, and nothing else. Only under a lock that every writer of `path` takes: an unfinished
 * replacement of somebody else looks the same. */
KC_MUST_USE enum kc_error file_replace_sweep(const char *path);

/* Makes the directory and its missing parents (0700). KC_UNSAFE: it exists but isn't ours, or
 * others may write to it. */
KC_MUST_USE enum kc_error file_make_directory(const char *path);

/* An exclusive lock among our own programs, on a file of its own that stays. Waits at most
 * `timeout_ms` (0: not at all). KC_BUSY: somebody else holds it. Released by _free or the end
 * of the process. */
struct file_lock;
KC_MUST_USE enum kc_error file_lock(const char *path, unsigned timeout_ms,
                                    struct file_lock **ret_lock);
void file_lock_free(struct file_lock *lock);

/*
 * A durable log (0600, made when missing). _append writes all of it or, as far as the system
 * lets us, nothing: a short write is cut off again. _sync makes what was appended survive a
 * crash of the machine (fdatasync(2)). _is_current: the path still leads to this file and
 * nobody changed its length.
 */
struct file_log;
KC_MUST_USE enum kc_error file_log_open(const char *path, struct file_log **ret_log);
KC_MUST_USE enum kc_error file_log_append(struct file_log *log, const void *bytes, size_t length);
KC_MUST_USE enum kc_error file_log_sync(struct file_log *log);
bool file_log_is_current(const struct file_log *log);
uint64_t file_log_size(const struct file_log *log);
/* `length` bytes at `offset`. KC_END: there are fewer. */
KC_MUST_USE enum kc_error file_log_read(const struct file_log *log, uint64_t offset, void *buffer,
                                        size_t length);
void file_log_free(struct file_log *log);
/* Only to be read, and never made. KC_NOT_FOUND · KC_UNSAFE. */
KC_MUST_USE enum kc_error file_log_open_old(const char *path, struct file_log **ret_log);
/* Takes the size that it has now for file_log_size(). */
KC_MUST_USE enum kc_error file_log_measure(struct file_log *log);
/* Whether `path` leads to this very file, whatever its length. */
bool file_log_is_at(const struct file_log *log, const char *path);

/*
 * Names beside one another. file_link: `other` becomes a second name of the file `path`
 * (link(2)), durably. KC_EXISTS it is taken · KC_UNSUPPORTED a file here has one name only.
 * file_is_same: both names are there, and lead to one file.
 */
KC_MUST_USE enum kc_error file_link(const char *path, const char *other);
bool file_is_same(const char *path, const char *other);
/* Durably. KC_NOT_FOUND. */
KC_MUST_USE enum kc_error file_remove(const char *path);
/* Calls `visit` for each name in the directory of `path` that begins with the last part of
 * `path`, with what follows that; ends with the first error. KC_NOT_FOUND: no directory. */
typedef enum kc_error file_visitor(const char *rest, void *context);
KC_MUST_USE enum kc_error file_visit_beside(const char *path, file_visitor *visit, void *context);

KC_AUTO_DEFINE(file_replacement)
KC_AUTO_DEFINE(file_lock)
KC_AUTO_DEFINE(file_log)

#endif
