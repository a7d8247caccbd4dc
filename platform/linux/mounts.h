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

struct mount {
    uint64_t number;
    enum mount_times times;
    /* Mounted without `nosuid`: who mounted it vouches for the owners that its files claim. What
     * a user may mount, or have mounted, never is (mount(8), udisks). */
    bool honours_setid;
};

/* The mount of an open handle, which may be O_PATH; asks no file server. KC_UNSAFE, with a
 * static `ret_why`: it isn't in our own mount table, its file system isn't local, or it is a
 * loop device that the administrator doesn't vouch for. */
KC_MUST_USE enum kc_error mount_of(int descriptor, struct mount *ret_mount, const char **ret_why);

/* The same, but `known` was found before, and is believed when the handle is on that very mount:
 * reading the table takes longer than all the rest of a look. The caller has a file open on it, so
 * that its number means no other mount meanwhile. NULL: none is known. */
KC_MUST_USE enum kc_error mount_of_known(int descriptor, const struct mount *known,
                                         struct mount *ret_mount, const char **ret_why);

/* The same, asked of the kernel about one mount: statmount(2), Linux 6.8. KC_UNSUPPORTED: it
 * can't say; read the table. */
KC_MUST_USE enum kc_error mount_ask(int descriptor, struct mount *ret_mount, const char **ret_why);

/* What both ways end with: whether a file system of this `kind`, from a loop device or not, is one
 * that files are taken from. Fills `mount->times`. Pure. */
KC_MUST_USE enum kc_error mount_judge(const char *kind, size_t length, bool is_loop,
                                      struct mount *mount, const char **ret_why);

/* The answer to a mount that isn't in our own table. */
enum kc_error mount_refuse_foreign(const char **ret_why);

/* The part that reads text: looks `number` up in a mountinfo table (proc(5)). Pure. */
KC_MUST_USE enum kc_error mount_find(const char *table, uint64_t number, struct mount *ret_mount,
                                     const char **ret_why);

#endif
