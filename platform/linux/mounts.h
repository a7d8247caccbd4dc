/* SPDX-License-Identifier: MIT */
/*
 * Which mount a file is on, and whether that mount is one of ours with a local file system
 * behind it. A mount of somebody's own name space isn't in our table, and a FUSE file system
 * gives one reader other bytes than the next.
 */
#ifndef PLATFORM_LINUX_MOUNTS_H
#define PLATFORM_LINUX_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

/* How far a file's times can be believed. */
enum mount_times {
    MOUNT_TIMES_TELL,    /* no write leaves them as they were */
    MOUNT_TIMES_MAPPED,  /* a write through a mapping does (overlayfs, tmpfs: measured) */
    MOUNT_TIMES_UNPROVEN /* too coarse, or never measured */
};

struct statx;

/* STATX_MNT_ID_UNIQUE (Linux 6.8): a number that is never given to another mount. */
#define MOUNT_STATX_WANTED 0x4000u

struct mount {
    uint64_t number;
    enum mount_times times;
    /* What is read from it comes from memory or from a disk of this machine, in no case from a
     * process or another file system that has to be asked (filesystems(5)). */
    bool is_prompt;
    /* Mounted without `nosuid`: who mounted it vouches for the owners that its files claim. What
     * a user may mount, or have mounted, never is (mount(8), udisks). */
    bool honours_setid;
};

/* The mount of an open handle, which may be O_PATH; asks no file server. KC_UNSAFE, with a
 * static `ret_why`: it isn't in our own mount table, its file system isn't local, or it is a
 * loop device that the administrator doesn't vouch for. */
KC_MUST_USE enum kc_error mount_of(int descriptor, struct mount *ret_mount, const char **ret_why);

/* The same, and what the file is, since one call tells both: statx(2), STATX_BASIC_STATS. */
KC_MUST_USE enum kc_error mount_look(int descriptor, struct mount *ret_mount,
                                     struct statx *ret_status, const char **ret_why);

/* Whether `known`, found before, is the mount of what was looked at (STATX_MNT_ID). The caller has
 * a file open on it, so that its number means no other mount meanwhile. */
bool mount_is_of(const struct mount *known, const struct statx *status);

/* mount_of(), but `known` is believed in that case: reading the table takes longer than all the
 * rest of a look. NULL: none is known. */
KC_MUST_USE enum kc_error mount_of_known(int descriptor, const struct mount *known,
                                         struct mount *ret_mount, const char **ret_why);

/* The same, asked of the kernel about one mount: statmount(2), Linux 6.8. KC_UNSUPPORTED: it
 * can't say; read the table. The second is for who has MOUNT_STATX_WANTED already. */
KC_MUST_USE enum kc_error mount_ask(int descriptor, struct mount *ret_mount, const char **ret_why);
KC_MUST_USE enum kc_error mount_ask_about(const struct statx *status, struct mount *ret_mount,
                                          const char **ret_why);

/* What both ways end with: whether a file system of this `kind`, from a loop device or not, is one
 * that files are taken from. Fills `mount->times` and `mount->is_prompt`. Pure. */
KC_MUST_USE enum kc_error mount_judge(const char *kind, size_t length, bool is_loop,
                                      struct mount *mount, const char **ret_why);

/* The answer to a mount that isn't in our own table. */
enum kc_error mount_refuse_foreign(const char **ret_why);

/* The part that reads text: looks `number` up in a mountinfo table (proc(5)). Pure. */
KC_MUST_USE enum kc_error mount_find(const char *table, uint64_t number, struct mount *ret_mount,
                                     const char **ret_why);

#endif
