/* SPDX-License-Identifier: MIT */
/* The inside of a wire, for the files that make one or ask the kernel about its other end. */
#ifndef PLATFORM_LINUX_WIRE_INTERNAL_H
#define PLATFORM_LINUX_WIRE_INTERNAL_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "platform/attr.h"
#include "platform/endpoint.h"
#include "platform/kc_error.h"

struct wire {
    int descriptor;
};

/* Takes the descriptor (leaves -1 behind), on success and on failure. */
KC_MUST_USE enum kc_error wire_new(int *take_descriptor, struct wire **ret_wire);

/* KC_TOO_BIG: longer than sun_path. KC_INVALID: empty. */
KC_MUST_USE enum kc_error wire_fill_address(const char *text, struct sockaddr_un *ret_address);

/* Lets every message carry the number of its writer (SO_PASSCRED, unix(7)). */
KC_MUST_USE enum kc_error wire_ask_for_writers(int descriptor);

#endif
