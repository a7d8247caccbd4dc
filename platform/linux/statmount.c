/* SPDX-License-Identifier: MIT */
/*
 * statmount(2), which Linux has since 6.8 and the C library's headers don't know yet: what kind of
 * file system is behind one mount, and how it was mounted. It finds mounts of our own name space
 * only. (include/uapi/linux/mount.h tells the structures, statx(2) the number.)
 */
#define _GNU_SOURCE
#include "platform/linux/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SYS_STATMOUNT_NUMBER 457 /* the same on every architecture (asm-generic/unistd.h) */

#define WANT_DEVICE          UINT64_C(0x01) /* STATMOUNT_SB_BASIC */
#define WANT_OPTIONS         UINT64_C(0x02) /* STATMOUNT_MNT_BASIC */
#define WANT_KIND            UINT64_C(0x20) /* STATMOUNT_FS_TYPE */
#define WANTED               (WANT_DEVICE | WANT_OPTIONS | WANT_KIND)

#define OPTION_NOSUID        UINT64_C(0x02) /* MOUNT_ATTR_NOSUID */
#define MAJOR_OF_LOOP        7u             /* Documentation/admin-guide/devices.txt */

struct question {
    uint32_t size;
    uint32_t spare;
    uint64_t mount;
    uint64_t wanted;
};

struct answer {
    uint32_t size;
    uint32_t options_text;
    uint64_t told;
    uint32_t device_major;
    uint32_t device_minor;
    uint64_t magic;
    uint32_t super_flags;
    uint32_t kind; /* where in `text` */
    uint64_t mount;
    uint64_t parent;
    uint32_t number; /* as in mountinfo */
    uint32_t parent_number;
    uint64_t options;
    uint64_t rest[55]; /* what later kernels tell, and spare room */
    char text[256];
};

_Static_assert(offsetof(struct answer, options) == 64, "the kernel's layout");
_Static_assert(offsetof(struct answer, text) == 512, "the kernel's layout");

enum kc_error mount_ask_about(const struct statx *status, struct mount *ret_mount,
                              const char **ret_why) {
    struct answer answer = {0};
    if ((status->stx_mask & MOUNT_STATX_WANTED) == 0) {
        return KC_UNSUPPORTED;
    }
    struct question question = {
        .size = sizeof question, .mount = status->stx_mnt_id, .wanted = WANTED};
    if (syscall(SYS_STATMOUNT_NUMBER, &question, &answer, sizeof answer, 0) != 0) {
        return errno == ENOENT ? mount_refuse_foreign(ret_why) : KC_UNSUPPORTED;
    }
    if ((answer.told & WANTED) != WANTED || answer.kind >= sizeof answer.text) {
        return KC_UNSUPPORTED;
    }
    const char *kind = answer.text + answer.kind;
    struct mount mount = {.number = answer.number,
                          .honours_setid = (answer.options & OPTION_NOSUID) == 0};
    enum kc_error error = mount_judge(kind, strnlen(kind, sizeof answer.text - answer.kind),
                                      answer.device_major == MAJOR_OF_LOOP, &mount, ret_why);
    if (error == KC_OK) {
        *ret_mount = mount;
    }
    return error;
}

enum kc_error mount_ask(int descriptor, struct mount *ret_mount, const char **ret_why) {
    struct statx status;
    /* DONT_SYNC: a file server of somebody else's isn't asked and can't keep us waiting. */
    if (statx(descriptor, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, MOUNT_STATX_WANTED, &status) !=
        0) {
        return KC_UNSUPPORTED;
    }
    return mount_ask_about(&status, ret_mount, ret_why);
}
