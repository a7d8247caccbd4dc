/* SPDX-License-Identifier: MIT */
/*
 * A program that we run and talk to: its standard input and output are pipes to us, its standard
 * error is ours, and of what we have open it gets nothing else. One thread.
 */
#ifndef PLATFORM_CHILD_H
#define PLATFORM_CHILD_H

#include <stddef.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

struct child;

/* `path` is a file, not looked for on the PATH; NULL ends `arguments`, whose first is the
 * program's own name. KC_NOT_FOUND: there is no such program, or it can't be executed. */
KC_MUST_USE enum kc_error child_start(const char *path, const char *const *arguments,
                                      struct child **ret_child);

/* All of it, or KC_TIMEOUT, or KC_END: it doesn't read any more. */
KC_MUST_USE enum kc_error child_write(struct child *child, const void *bytes, size_t length,
                                      unsigned timeout_ms);

/* What is there, at least a byte. KC_TIMEOUT · KC_END: it has closed its output. */
KC_MUST_USE enum kc_error child_read(struct child *child, void *buffer, size_t size,
                                     unsigned timeout_ms, size_t *ret_length);

/* Closes both pipes; ends it when that doesn't. Accepts NULL. */
void child_free(struct child *child);

KC_AUTO_DEFINE(child)

#endif
