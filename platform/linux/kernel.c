/* SPDX-License-Identifier: MIT */
/*
 * Asks for what there is instead of comparing version numbers: distributions take features back to
 * older kernels, and sandboxes take them out of newer ones. Settings are read from proc_sys(5).
 */
#define _GNU_SOURCE
#include "platform/kernel.h"

#include "platform/attr.h"
#include "platform/unix/descriptor.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Linux 6.5, asm-generic/socket.h; the C library's headers may be older than the kernel. */
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

#define SETTING_MAX 64

/* False: there is no such setting, or it isn't a number. */
static bool read_setting(const char *path, uint64_t *ret_number) {
    KC_AUTO_DESCRIPTOR file = open(path, O_RDONLY | O_CLOEXEC);
    KC_AUTO_TEXT text = NULL;
    size_t length = 0;
    return file >= 0 && descriptor_read_text(file, SETTING_MAX, &text, &length) == KC_OK &&
           descriptor_parse_number(text, strcspn(text, "\n"), ret_number);
}

static void look_at_release(char ret_release[KERNEL_RELEASE_SIZE]) {
    struct utsname name;
    ret_release[0] = '\0';
    if (uname(&name) == 0) {
        (void)snprintf(ret_release, KERNEL_RELEASE_SIZE, "%.15s %.60s", name.sysname, name.release);
    }
}

static bool has_handles(void) {
    KC_AUTO_DESCRIPTOR handle = (int)syscall(SYS_pidfd_open, getpid(), 0);
    return handle >= 0;
}

static bool has_peer_handles(void) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return false;
    }
    KC_AUTO_DESCRIPTOR one = ends[0];
    KC_AUTO_DESCRIPTOR other = ends[1];
    KC_AUTO_DESCRIPTOR handle = -1;
    socklen_t size = sizeof handle;
    (void)other;
    return getsockopt(one, SOL_SOCKET, SO_PEERPIDFD, &handle, &size) == 0;
}

/* Any of these forbids them: the kernel's own bound, Debian's switch, and Ubuntu's. */
static bool gives_user_spaces(void) {
    uint64_t number = 0;
    if (read_setting("/proc/sys/user/max_user_namespaces", &number) && number == 0) {
        return false;
    }
    if (read_setting("/proc/sys/kernel/unprivileged_userns_clone", &number) && number == 0) {
        return false;
    }
    return !read_setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", &number) ||
           number == 0;
}

static enum kernel_tracing look_at_tracing(void) {
    uint64_t number = 0;
    if (!read_setting("/proc/sys/kernel/yama/ptrace_scope", &number)) {
        return KERNEL_TRACING_ANYBODY;
    }
    return number < KERNEL_TRACING_NOBODY ? (enum kernel_tracing)number : KERNEL_TRACING_NOBODY;
}

void kernel_look(struct kernel_facts *ret_facts) {
    look_at_release(ret_facts->release);
    ret_facts->has_handles = has_handles();
    ret_facts->has_peer_handles = has_peer_handles();
    ret_facts->gives_user_spaces = gives_user_spaces();
    ret_facts->tracing = look_at_tracing();
}
