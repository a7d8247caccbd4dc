/* SPDX-License-Identifier: MIT */
/*
 * Pages for secret bytes: locked where the system lets us, left out of core dumps and of
 * forked children, wiped when they are released. Wiped single pages, 128 at most, are kept for the
 * next who asks. Any thread.
 */
#ifndef PLATFORM_SECMEM_H
#define PLATFORM_SECMEM_H

#include <stddef.h>

/* Zeroed memory of `size` bytes (rounded up to pages); NULL when there is none or size is 0.
 * Locking is best effort (RLIMIT_MEMLOCK, mlock(2)); a page that can't be locked still is
 * left out of dumps and wiped. Free with secmem_free() and the same size. */
void *secmem_alloc(size_t size);

/* Wipes and releases: nobody but the next owner may touch it. Accepts NULL. */
void secmem_free(void *memory, size_t size);

/* Gives back the pages that were kept. */
void secmem_settle(void);

/* Overwrites with zeros in a way that the optimiser keeps. */
void secmem_wipe(void *memory, size_t size);

/* How many bytes a block from malloc() really has, so that all of it can be wiped; 0 for
 * NULL. (malloc_usable_size(3), malloc_size(3)) */
size_t secmem_heap_size(void *block);

#endif
