/* SPDX-License-Identifier: MIT */
/*
 * Which mounts files are taken from. Where the kernel answers about a single mount it is asked
 * (statmount.c, 2 microseconds); else the table is read anew for every image, which takes some
 * 35: one that is kept would need a watcher to stay true.
 */
#define _GNU_SOURCE
#include "platform/linux/mounts.h"

#include "platform/unix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TABLE_LIMIT  (16u * 1024u * 1024u)
#define FDINFO_LIMIT (64u * 1024u)

struct local_kind {
    const char *name;
    enum mount_times times;
    /* Whether it sits on a disk of ours, or in memory, and on nothing else. An overlay stands on
     * other file systems, erofs may be fed by a process (cachefiles), and the rest come on what is
     * plugged in, or were never measured. */
    bool is_prompt;
};

/* A kind that isn't here is refused: it may be served by a process or by another machine. */
static const struct local_kind local_kinds[] = {
    {"ext4", MOUNT_TIMES_TELL, true},          {"ext3", MOUNT_TIMES_TELL, true},
    {"ext2", MOUNT_TIMES_TELL, true},          {"xfs", MOUNT_TIMES_TELL, true},
    {"btrfs", MOUNT_TIMES_TELL, true},         {"tmpfs", MOUNT_TIMES_MAPPED, true},
    {"f2fs", MOUNT_TIMES_UNPROVEN, true},      {"squashfs", MOUNT_TIMES_TELL, false},
    {"erofs", MOUNT_TIMES_TELL, false},        {"iso9660", MOUNT_TIMES_TELL, false},
    {"overlay", MOUNT_TIMES_MAPPED, false},    {"zfs", MOUNT_TIMES_UNPROVEN, false},
    {"bcachefs", MOUNT_TIMES_UNPROVEN, false}, {"vfat", MOUNT_TIMES_UNPROVEN, false},
};

struct foreign_kind {
    const char *prefix;
    const char *why;
};

/* Only for a better sentence. */
static const struct foreign_kind foreign_kinds[] = {
    {"fuse", "its program file is on a FUSE file system"},
    {"nfs", "its program file is on a network file system (nfs)"},
    {"cifs", "its program file is on a network file system (cifs)"},
    {"smb3", "its program file is on a network file system (smb3)"},
    {"9p", "its program file is on a file system of another machine (9p)"},
    {"virtiofs", "its program file is on a file system of another machine (virtiofs)"},
    {"ceph", "its program file is on a network file system (ceph)"},
    {"afs", "its program file is on a network file system (afs)"},
};

enum kc_error mount_judge(const char *kind, size_t length, bool is_loop, struct mount *mount,
                          const char **ret_why) {
    /* A file behind a loop device can be written by whoever owns it, under the mounted system. */
    if (is_loop && !mount->honours_setid) {
        *ret_why = "its program file is in a disk image that a user mounted";
        return KC_UNSAFE;
    }
    for (size_t i = 0; i < sizeof local_kinds / sizeof local_kinds[0]; i++) {
        if (strlen(local_kinds[i].name) == length &&
            memcmp(local_kinds[i].name, kind, length) == 0) {
            mount->times = local_kinds[i].times;
            mount->is_prompt = local_kinds[i].is_prompt && !is_loop;
            return KC_OK;
        }
    }
    *ret_why = "its program file is on a file system of a kind that isn't trusted";
    for (size_t i = 0; i < sizeof foreign_kinds / sizeof foreign_kinds[0]; i++) {
        if (strncmp(kind, foreign_kinds[i].prefix, strlen(foreign_kinds[i].prefix)) == 0) {
            *ret_why = foreign_kinds[i].why;
        }
    }
    return KC_UNSAFE;
}

/* The file system's kind in one line of the table: the word behind the lone "-", which no
 * earlier field can be (blanks in paths are escaped). NULL: not such a line. */
static const char *find_kind(const char *line, size_t length, size_t *ret_length) {
    static const char mark[] = " - ";
    const char *found = memmem(line, length, mark, sizeof mark - 1);
    if (found == NULL) {
        return NULL;
    }
    const char *kind = found + sizeof mark - 1;
    const char *space = memchr(kind, ' ', length - (size_t)(kind - line));
    if (space == NULL || space == kind) {
        return NULL;
    }
    *ret_length = (size_t)(space - kind);
    return kind;
}

/* The 6th word of the line: what this mount, not its file system, was given. */
static bool honours_setid(const char *line, size_t length) {
    static const char word[] = "nosuid";
    const char *end = line + length;
    for (int field = 1; field < 6; field++) {
        const char *space = memchr(line, ' ', (size_t)(end - line));
        if (space == NULL) {
            return false;
        }
        line = space + 1;
    }
    size_t options = strcspn(line, " \n");
    for (size_t at = 0; at < options;) {
        size_t option = strcspn(line + at, ", \n");
        if (option == sizeof word - 1 && memcmp(line + at, word, option) == 0) {
            return false;
        }
        at += option + 1;
    }
    return true;
}

static bool is_loop(const char *kind, size_t kind_length) {
    static const char loop[] = "/dev/loop";
    return strncmp(kind + kind_length + 1, loop, sizeof loop - 1) == 0;
}

enum kc_error mount_find(const char *table, uint64_t number, struct mount *ret_mount,
                         const char **ret_why) {
    for (const char *line = table; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        uint64_t found = 0;
        bool readable = descriptor_parse_number(line, strcspn(line, " \n"), &found);
        if (readable && found == number) {
            struct mount mount = {.number = number, .honours_setid = honours_setid(line, length)};
            size_t kind_length = 0;
            const char *kind = find_kind(line, length, &kind_length);
            if (kind == NULL) {
                break;
            }
            enum kc_error error =
                mount_judge(kind, kind_length, is_loop(kind, kind_length), &mount, ret_why);
            if (error == KC_OK) {
                *ret_mount = mount;
            }
            return error;
        }
        line += length + (line[length] == '\n');
    }
    return mount_refuse_foreign(ret_why);
}

enum kc_error mount_refuse_foreign(const char **ret_why) {
    *ret_why = "its program file is on no mount of ours (a memory file, a container or a private "
               "mount)";
    return KC_UNSAFE;
}

/* Before Linux 5.8 statx(2) doesn't know the mount; fdinfo does (proc(5)). */
static enum kc_error number_from_fdinfo(int descriptor, uint64_t *ret_number) {
    static const char label[] = "\nmnt_id:\t";
    char path[sizeof "/proc/self/fdinfo/" + 20];
    (void)snprintf(path, sizeof path, "/proc/self/fdinfo/%d", descriptor);
    KC_AUTO_DESCRIPTOR file = open(path, O_RDONLY | O_CLOEXEC);
    KC_AUTO_TEXT text = NULL;
    size_t length = 0;
    if (file < 0) {
        return descriptor_error(errno);
    }
    enum kc_error error = descriptor_read_text(file, FDINFO_LIMIT, &text, &length);
    if (error != KC_OK) {
        return error;
    }
    const char *value = strstr(text, label);
    if (value == NULL) {
        return KC_UNSUPPORTED;
    }
    value += sizeof label - 1;
    return descriptor_parse_number(value, strcspn(value, "\n"), ret_number) ? KC_OK : KC_INVALID;
}

static enum kc_error number_of(int descriptor, uint64_t *ret_number) {
    struct statx status;
    /* DONT_SYNC: a file server of somebody else's isn't asked and can't keep us waiting. */
    if (statx(descriptor, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &status) == 0 &&
        (status.stx_mask & STATX_MNT_ID) != 0) {
        *ret_number = status.stx_mnt_id;
        return KC_OK;
    }
    return number_from_fdinfo(descriptor, ret_number);
}

static enum kc_error look_up(int descriptor, struct mount *ret_mount, const char **ret_why) {
    KC_AUTO_TEXT table = NULL;
    size_t length = 0;
    uint64_t number = 0;
    enum kc_error error = number_of(descriptor, &number);
    if (error != KC_OK) {
        return error;
    }
    KC_AUTO_DESCRIPTOR file = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return descriptor_error(errno);
    }
    error = descriptor_read_text(file, TABLE_LIMIT, &table, &length);
    return error == KC_OK ? mount_find(table, number, ret_mount, ret_why) : error;
}

enum kc_error mount_look(int descriptor, struct mount *ret_mount, struct statx *ret_status,
                         const char **ret_why) {
    *ret_why = "the system doesn't say on which mount its program file is";
    /* DONT_SYNC: a file server of somebody else's isn't asked and can't keep us waiting. */
    if (statx(descriptor, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC,
              STATX_BASIC_STATS | MOUNT_STATX_WANTED, ret_status) != 0) {
        return descriptor_error(errno);
    }
    enum kc_error error = mount_ask_about(ret_status, ret_mount, ret_why);
    return error == KC_UNSUPPORTED ? look_up(descriptor, ret_mount, ret_why) : error;
}

enum kc_error mount_of(int descriptor, struct mount *ret_mount, const char **ret_why) {
    struct statx status;
    return mount_look(descriptor, ret_mount, &status, ret_why);
}

enum kc_error mount_of_known(int descriptor, const struct mount *known, struct mount *ret_mount,
                             const char **ret_why) {
    uint64_t number = 0;
    if (known != NULL && number_of(descriptor, &number) == KC_OK && known->number == number) {
        *ret_mount = *known;
        return KC_OK;
    }
    return mount_of(descriptor, ret_mount, ret_why);
}

bool mount_is_of(const struct mount *known, const struct statx *status) {
    return (status->stx_mask & STATX_MNT_ID) != 0 && known->number == status->stx_mnt_id;
}
