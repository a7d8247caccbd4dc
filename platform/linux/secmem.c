/* SPDX-License-Identifier: MIT */
/*
 * Whole pages from the kernel, so that locking, dumping and forking can be ruled for the
 * secret alone and no neighbour on the heap shares its page. No pool and no free list: a
 * released secret has no address any more.
 */
#define _GNU_SOURCE
#include "platform/secmem.h"

#include <malloc.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Whole pages that hold `size` bytes; 0 when there is no such number. */
static size_t round_to_pages(size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (size == 0 || size > SIZE_MAX - (page - 1)) {
        return 0;
    }
    return (size + page - 1) / page * page;
}

void *secmem_alloc(size_t size) {
    size_t rounded = round_to_pages(size);
    if (rounded == 0) {
        return NULL;
    }
    void *memory = mmap(NULL, rounded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    /* Advice first: a page that can't be kept out of dumps or children isn't handed out. */
    if (madvise(memory, rounded, MADV_DONTDUMP) != 0 ||
        madvise(memory, rounded, MADV_WIPEONFORK) != 0) {
        (void)munmap(memory, rounded);
        return NULL;
    }
    /* RLIMIT_MEMLOCK is small for ordinary users; swapping is then the machine's affair. */
    (void)mlock(memory, rounded);
    return memory;
}

void secmem_free(void *memory, size_t size) {
    size_t rounded = round_to_pages(size);
    if (memory == NULL || rounded == 0) {
        return;
    }
    explicit_bzero(memory, rounded);
    (void)munmap(memory, rounded);
}

void secmem_wipe(void *memory, size_t size) {
    if (memory != NULL && size > 0) {
        explicit_bzero(memory, size);
    }
}

size_t secmem_heap_size(void *block) {
    return malloc_usable_size(block);
}
