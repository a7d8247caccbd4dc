/* SPDX-License-Identifier: MIT */
/* The inside of an endpoint, shared by the two ways of getting one and by its use. */
#ifndef PLATFORM_LINUX_ENDPOINT_INTERNAL_H
#define PLATFORM_LINUX_ENDPOINT_INTERNAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "platform/attr.h"
#include "platform/endpoint.h"
#include "platform/file.h"
#include "platform/kc_error.h"

struct endpoint {
    int listener;
    int spare;              /* given up to accept and refuse when there are no others */
    char *address;          /* the socket's path */
    dev_t device;           /* of the socket that we made, or were handed */
    ino_t inode;            /* 0: none yet */
    struct file_lock *lock; /* NULL: the address isn't ours to remove */
};

/* With an address and the spare descriptor, nothing else yet. */
KC_MUST_USE enum kc_error endpoint_new(const char *address, struct endpoint **ret_endpoint);

/* Notes which file stands at the address now. KC_UNSAFE: not a socket. */
KC_MUST_USE enum kc_error endpoint_remember_place(struct endpoint *endpoint);

#endif
