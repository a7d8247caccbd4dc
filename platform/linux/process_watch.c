/* SPDX-License-Identifier: MIT */
/*
 * Waiting for a process to end. A pidfd alone, and nothing below /proc: our own daemon doesn't let
 * anybody look at it.
 */
#define _GNU_SOURCE
#include "platform/linux/process_internal.h"

#include "platform/clock.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>

struct process_watch {
    int handle;
};

enum kc_error process_watch_new(uint64_t number, struct process_watch **ret_watch) {
    KC_AUTO(process_watch) watch = calloc(1, sizeof *watch);
    if (watch == NULL) {
        return KC_NO_MEMORY;
    }
    watch->handle = -1;
    enum kc_error error = process_open_handle(number, &watch->handle);
    if (error != KC_OK) {
        return error;
    }
    *ret_watch = watch;
    watch = NULL;
    return KC_OK;
}

enum kc_error process_watch_wait(const struct process_watch *watch, unsigned timeout_ms) {
    uint64_t deadline = clock_monotonic_ms() + timeout_ms;
    struct pollfd watched = {.fd = watch->handle, .events = POLLIN};
    for (;;) {
        uint64_t now = clock_monotonic_ms();
        uint64_t left = now < deadline ? deadline - now : 0;
        int count = poll(&watched, 1, left < INT_MAX ? (int)left : INT_MAX);
        if (count > 0) {
            return (watched.revents & POLLIN) != 0 ? KC_OK : KC_IO;
        }
        if (count < 0 && errno != EINTR) {
            return descriptor_error(errno);
        }
        if (left == 0) {
            return KC_TIMEOUT;
        }
    }
}

void process_watch_free(struct process_watch *watch) {
    if (watch == NULL) {
        return;
    }
    descriptor_close(&watch->handle);
    free(watch);
}
