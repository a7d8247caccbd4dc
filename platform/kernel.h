/* SPDX-License-Identifier: MIT */
/*
 * What the running system offers, told to a person. The rooms that need one of these find out by
 * themselves, at the moment at which they need it; nothing is decided by what is said here.
 */
#ifndef PLATFORM_KERNEL_H
#define PLATFORM_KERNEL_H

#include <stdbool.h>

#define KERNEL_RELEASE_SIZE 80

/* Who may trace, and read the memory of, a process of the same user: kernel.yama.ptrace_scope
 * (the kernel's admin-guide/LSM/Yama.rst). */
enum kernel_tracing {
    KERNEL_TRACING_ANYBODY, /* 0, or the kernel has no Yama */
    KERNEL_TRACING_PARENTS, /* 1: those that started it */
    KERNEL_TRACING_ADMIN,   /* 2 */
    KERNEL_TRACING_NOBODY   /* 3, and whatever comes after it */
};

struct kernel_facts {
    char release[KERNEL_RELEASE_SIZE]; /* "Linux 6.1.0-21-amd64"; "" when it can't be told */
    bool has_handles;                  /* pidfd_open(2), Linux 5.3 */
    bool has_peer_handles;             /* SO_PEERPIDFD, Linux 6.5 */
    bool gives_user_spaces; /* an ordinary user may make user name spaces (user_namespaces(7)) */
    enum kernel_tracing tracing;
};

/* What can't be told is the weaker. */
void kernel_look(struct kernel_facts *ret_facts);

#endif
