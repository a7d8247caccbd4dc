/* SPDX-License-Identifier: MIT */
/*
 * Memory that runs out at a chosen moment. A test that links this names, in its `links:`, the
 * functions by which this tree gets memory:
 *     -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup
 *     -Wl,--wrap=secmem_alloc
 * and jansson, which gets its memory from libkc/message_memory.c. OpenSSL has its own. The count
 * is of the calling thread alone, so that a server in another thread isn't disturbed.
 */
#ifndef FAKE_ALLOC_H
#define FAKE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

enum fake_alloc_mode {
    FAKE_ALLOC_ONCE, /* one allocation fails, those behind it don't */
    FAKE_ALLOC_ON    /* from that one on all fail */
};

/* As the first thing in main(): JSON's memory becomes that of our own programs. */
void fake_alloc_init(void);

/* The `number`-th allocation (from 1) of this thread will fail. */
void fake_alloc_begin(enum fake_alloc_mode mode, size_t number);

/* All is well again. True: an allocation did fail. */
bool fake_alloc_end(void);

#endif
