/* SPDX-License-Identifier: MIT */
/*
 * glibc's malloc and the mappings of the loader. A heap for each thread and a threshold that grows
 * with the largest block ever freed are right for programs that work all the time; for one that
 * hashes a file in a buffer of 256 KiB on every worker they keep a megabyte for nothing.
 */
#define _GNU_SOURCE
#include "platform/memory.h"

#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEAPS_MAX  2           /* the loop's, and one that the workers share */
#define LARGE_SIZE (64 * 1024) /* gets a mapping of its own; setting it keeps it from growing */

void memory_bound(void) {
    (void)mallopt(M_ARENA_MAX, HEAPS_MAX);
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_SIZE);
    (void)mallopt(M_TRIM_THRESHOLD, LARGE_SIZE);
}

/* The loader writes to a segment that isn't writable only for text relocations (elf(5)): such
 * pages wouldn't come back as they were. */
static bool has_text_relocations(const struct dl_phdr_info *object) {
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[i];
        if (header->p_type != PT_DYNAMIC) {
            continue;
        }
        const ElfW(Dyn) *row = (const ElfW(Dyn) *)(object->dlpi_addr + header->p_vaddr);
        for (; row->d_tag != DT_NULL; row++) {
            if (row->d_tag == DT_TEXTREL ||
                (row->d_tag == DT_FLAGS && (row->d_un.d_val & DF_TEXTREL) != 0)) {
                return true;
            }
        }
    }
    return false;
}

/* Whole pages inside of the segment: at its edges another one may begin. */
static void drop_segment(const struct dl_phdr_info *object, const ElfW(Phdr) * header) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t begin = (object->dlpi_addr + header->p_vaddr + page - 1) / page * page;
    uintptr_t end = (object->dlpi_addr + header->p_vaddr + header->p_filesz) / page * page;
    if (begin < end) {
        (void)madvise((void *)begin, end - begin, MADV_DONTNEED);
    }
}

static int drop_object(struct dl_phdr_info *object, size_t size, void *context) {
    (void)size;
    (void)context;
    if (has_text_relocations(object)) {
        return 0;
    }
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[i];
        if (header->p_type == PT_LOAD && (header->p_flags & PF_W) == 0) {
            drop_segment(object, header);
        }
    }
    return 0;
}

void memory_settle(void) {
    (void)malloc_trim(0);
    (void)dl_iterate_phdr(drop_object, NULL);
}
