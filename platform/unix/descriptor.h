/* SPDX-License-Identifier: MIT */
/*
 * File descriptors inside the platform: closed at the end of their scope, their errno in the
 * words of the house, and whole small files read from them. Internal to platform/.
 */
#ifndef PLATFORM_UNIX_DESCRIPTOR_H
#define PLATFORM_UNIX_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/attr.h"
#include "platform/kc_error.h"

/* KC_AUTO_DESCRIPTOR file = open(...);  closed at the end of the scope unless it is -1. */
#define KC_AUTO_DESCRIPTOR __attribute__((cleanup(descriptor_close))) int

/* KC_AUTO_TEXT text = NULL;  a char pointer from malloc(), freed at the end of the scope. */
#define KC_AUTO_TEXT       __attribute__((cleanup(descriptor_free_text))) char *

/* Closes unless it is negative, and sets it to -1. Keeps errno. */
void descriptor_close(int *descriptor);

/* Hands the descriptor on: returns it and leaves -1 behind. */
int descriptor_take(int *take_descriptor);

void descriptor_free_text(char **text);

/* What an errno means to our callers; KC_IO for all that has no better word. */
enum kc_error descriptor_error(int number);

/* All of a file that doesn't know its size (proc(5)), with a NUL behind it; free() it.
 * KC_TOO_BIG: longer than `limit`. KC_END: the process behind it has ended (ESRCH). */
KC_MUST_USE enum kc_error descriptor_read_text(int descriptor, size_t limit, char **ret_text,
                                               size_t *ret_length);

/* Writes everything or fails. */
KC_MUST_USE enum kc_error descriptor_write(int descriptor, const void *bytes, size_t length);

/* A whole decimal number without sign, space or anything else. */
bool descriptor_parse_number(const char *text, size_t length, uint64_t *ret_number);

/* "directory" of "directory/name", "." and "/" where that is meant; free() it. */
KC_MUST_USE enum kc_error descriptor_parent_path(const char *path, char **ret_parent);

#endif
