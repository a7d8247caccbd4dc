/* SPDX-License-Identifier: MIT */
/*
 * An accomplice that serves a file system with one file, "tool", which has other bytes for one
 * process than for all others:
 *
 *     fuser DIRECTORY PID GOOD EVIL      prints "ready" when DIRECTORY is mounted
 *
 * Speaks to the kernel itself (linux/fuse.h), as little as it takes.
 */
#define _GNU_SOURCE
#include "tests/attacks/support/attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define TOOL       2
#define SPACE      (256 * 1024)
#define LARGE_READ (128 * 1024)

struct server {
    int kernel;
    const char *good_pid;
    int good;
    int evil;
};

static void answer(const struct server *server, const struct fuse_in_header *asked, int error,
                   const void *body, size_t length) {
    struct fuse_out_header head = {
        .len = (uint32_t)(sizeof head + length), .error = -error, .unique = asked->unique};
    struct iovec parts[2] = {{&head, sizeof head}, {(void *)(uintptr_t)body, length}};
    /* A question that was taken back meanwhile is no trouble. */
    if (writev(server->kernel, parts, 2) < 0 && errno != ENOENT) {
        attack_die("FUSE");
    }
}

/* The daemon asks from one of its threads. */
static bool is_for_good(const struct server *server, uint32_t thread) {
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%s/task/%u", server->good_pid, thread);
    return access(path, F_OK) == 0;
}

static struct fuse_attr describe(const struct server *server, uint64_t node) {
    struct stat status;
    if (fstat(server->good, &status) != 0) {
        attack_die("fstat");
    }
    struct fuse_attr told = {.ino = node,
                             .size = node == TOOL ? (uint64_t)status.st_size : 0,
                             .mode = node == TOOL ? S_IFREG | 0755 : S_IFDIR | 0755,
                             .nlink = 1,
                             .uid = status.st_uid,
                             .gid = status.st_gid,
                             .blksize = 4096};
    return told;
}

static void answer_open(const struct server *server, const struct fuse_in_header *asked) {
    bool good = is_for_good(server, asked->pid);
    /* What everybody maps is in the page cache; the daemon's own reads come to us. */
    struct fuse_open_out opened = {.fh = good, .open_flags = good ? FOPEN_DIRECT_IO : 0};
    answer(server, asked, 0, &opened, sizeof opened);
}

static void answer_read(const struct server *server, const struct fuse_in_header *asked,
                        const struct fuse_read_in *wanted) {
    static char bytes[LARGE_READ];
    size_t size = wanted->size < sizeof bytes ? wanted->size : sizeof bytes;
    int file = wanted->fh != 0 ? server->good : server->evil;
    ssize_t got = pread(file, bytes, size, (off_t)wanted->offset);
    answer(server, asked, got < 0 ? EIO : 0, bytes, got < 0 ? 0 : (size_t)got);
}

static void answer_lookup(const struct server *server, const struct fuse_in_header *asked,
                          const char *name) {
    struct fuse_entry_out found = {.nodeid = TOOL, .attr = describe(server, TOOL)};
    bool is_tool = strcmp(name, "tool") == 0;
    answer(server, asked, is_tool ? 0 : ENOENT, &found, is_tool ? sizeof found : 0);
}

static void serve(const struct server *server, const struct fuse_in_header *asked) {
    const void *body = asked + 1;
    struct fuse_init_out begun = {.major = FUSE_KERNEL_VERSION,
                                  .minor = FUSE_KERNEL_MINOR_VERSION,
                                  .max_readahead = LARGE_READ,
                                  .max_write = LARGE_READ};
    struct fuse_attr_out described = {.attr = describe(server, asked->nodeid)};
    switch (asked->opcode) {
    case FUSE_INIT:
        answer(server, asked, 0, &begun, sizeof begun);
        break;
    case FUSE_LOOKUP:
        answer_lookup(server, asked, body);
        break;
    case FUSE_GETATTR:
        answer(server, asked, 0, &described, sizeof described);
        break;
    case FUSE_OPEN:
        answer_open(server, asked);
        break;
    case FUSE_READ:
        answer_read(server, asked, body);
        break;
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
        break; /* these want no answer */
    default:
        answer(server, asked, ENOSYS, NULL, 0);
    }
}

int main(int argc, char **argv) {
    static char space[SPACE] __attribute__((aligned(8)));
    char options[128];
    struct server server = {.kernel = open("/dev/fuse", O_RDWR | O_CLOEXEC)};
    if (argc != 5 || server.kernel < 0) {
        attack_skip("users can't open /dev/fuse here");
    }
    server.good_pid = argv[2];
    server.good = open(argv[3], O_RDONLY | O_CLOEXEC);
    server.evil = open(argv[4], O_RDONLY | O_CLOEXEC);
    (void)snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=%u,group_id=%u",
                   server.kernel, (unsigned)getuid(), (unsigned)getgid());
    if (mount("fuser", argv[1], "fuse", MS_NOSUID | MS_NODEV, options) != 0) {
        attack_die("mount");
    }
    (void)puts("ready");
    (void)fflush(stdout);
    for (;;) {
        ssize_t got = read(server.kernel, space, sizeof space);
        if (got < (ssize_t)sizeof(struct fuse_in_header)) {
            return 0;
        }
        serve(&server, (const struct fuse_in_header *)(const void *)space);
    }
}
