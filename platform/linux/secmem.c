/* SPDX-License-Identifier: MIT */
/*
 * Whole pages from the kernel, so that locking, dumping and forking can be ruled for the
 * secret alone and no neighbour on the heap shares its page. Asking the kernel for a page, and
 * giving it back, costs more than all else that is done to a short secret, so single pages are
 * asked for by the handful, and a few wiped ones are spare. What is larger is given back at once.
 */
#define _GNU_SOURCE
#include "platform/secmem.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A spare page is nobody's, and the address sanitizer says so of whoever touches it. Its header
 * isn't there wherever it is (clang has it in a package of its own). */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ADDRESS_SANITIZER
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_ADDRESS_SANITIZER
#endif
#if defined(HAS_ADDRESS_SANITIZER) && __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(page, size)   ((void)(page), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(page, size) ((void)(page), (void)(size))
#endif

#define HANDFUL    8   /* pages */
#define SPARES_MAX 128 /* pages: enough for a hundred readers at once */

/* The first word of a spare page; the rest is zeros. A forked child finds zeros there, too
 * (MADV_WIPEONFORK), and leaves the page alone, since locks aren't inherited (mlock(2)). */
#define SPARE_MARK UINT64_C(0x7370617265206d65)

/* An allocator is called without a context: there is no other place for this. */
static uint64_t *_Atomic spares[SPARES_MAX]; /* NULL: free */

static size_t page_size(void) {
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* Whole pages that hold `size` bytes; 0 when there is no such number. */
static size_t round_to_pages(size_t size) {
    size_t page = page_size();
    if (size == 0 || size > SIZE_MAX - (page - 1)) {
        return 0;
    }
    return (size + page - 1) / page * page;
}

static void *map_pages(size_t rounded) {
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

/* A wiped page; given back where there are spares enough. Under the address sanitizer nobody may
 * touch a spare one: without it the next owner would see what was written to a freed secret. */
static void keep_spare(uint64_t *page) {
    *page = SPARE_MARK;
    ASAN_POISON_MEMORY_REGION(page, page_size());
    for (size_t i = 0; i < SPARES_MAX; i++) {
        uint64_t *none = NULL;
        if (atomic_load(&spares[i]) == NULL &&
            atomic_compare_exchange_strong(&spares[i], &none, page)) {
            return;
        }
    }
    ASAN_UNPOISON_MEMORY_REGION(page, page_size());
    (void)munmap(page, page_size());
}

/* NULL: there is none. */
static void *take_spare(void) {
    for (size_t i = 0; i < SPARES_MAX; i++) {
        uint64_t *page = atomic_load(&spares[i]) == NULL ? NULL : atomic_exchange(&spares[i], NULL);
        if (page == NULL) {
            continue;
        }
        ASAN_UNPOISON_MEMORY_REGION(page, page_size());
        if (*page == SPARE_MARK) {
            *page = 0;
            return page;
        }
        (void)munmap(page, page_size());
    }
    return NULL;
}

void secmem_settle(void) {
    for (void *page = take_spare(); page != NULL; page = take_spare()) {
        (void)munmap(page, page_size());
    }
}

static void *alloc_page(void) {
    size_t page = page_size();
    void *spare = take_spare();
    if (spare != NULL) {
        return spare;
    }
    unsigned char *pages = map_pages(HANDFUL * page);
    if (pages == NULL) {
        return map_pages(page);
    }
    for (size_t i = 1; i < HANDFUL; i++) {
        keep_spare((void *)(pages + i * page));
    }
    return pages;
}

void *secmem_alloc(size_t size) {
    size_t rounded = round_to_pages(size);
    if (rounded == 0) {
        return NULL;
    }
    return rounded == page_size() ? alloc_page() : map_pages(rounded);
}

void secmem_free(void *memory, size_t size) {
    size_t rounded = round_to_pages(size);
    if (memory == NULL || rounded == 0) {
        return;
    }
    explicit_bzero(memory, rounded);
    if (rounded == page_size()) {
        keep_spare(memory);
    } else {
        (void)munmap(memory, rounded);
    }
}

void secmem_wipe(void *memory, size_t size) {
    if (memory != NULL && size > 0) {
        explicit_bzero(memory, size);
    }
}

size_t secmem_heap_size(void *block) {
    return malloc_usable_size(block);
}
