/* SPDX-License-Identifier: MIT */
/*
 * Pages for secrets. This test's own munmap(2) stands in front of the C library's, so that it
 * sees a block in the moment in which it is given back.
 * links: platform
 */
#define _GNU_SOURCE
#include "platform/secmem.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the watched block looked like when it was released. */
struct watch {
    const void *block;
    bool released;
    bool was_zero;
};
static struct watch watch;

static bool is_zero(const unsigned char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

int munmap(void *address, size_t size) {
    if (address != NULL && address == watch.block) {
        watch.released = true;
        watch.was_zero = is_zero(address, size);
    }
    return (int)syscall(SYS_munmap, address, size);
}

/* Whether the mapping around `memory` has this word among its VmFlags (proc(5), smaps). */
static bool has_flag(const void *memory, const char *flag) {
    FILE *maps = fopen("/proc/self/smaps", "r");
    char line[512];
    unsigned long start = 0;
    unsigned long end = 0;
    bool inside = false;
    bool found = false;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2) {
            inside = start <= (uintptr_t)memory && (uintptr_t)memory < end;
        }
        if (inside && strncmp(line, "VmFlags:", 8) == 0) {
            found = strstr(line, flag) != NULL;
        }
    }
    return maps != NULL && fclose(maps) == 0 && found;
}

static void test_secmem_gives_zeroed_writable_memory(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 4095, 4096, 4097, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned char *memory = secmem_alloc(sizes[i]);
        assert_non_null(memory);
        assert_true(is_zero(memory, sizes[i]));
        memset(memory, 0xa5, sizes[i]);
        secmem_free(memory, sizes[i]);
    }
}

static void test_secmem_refuses_sizes_that_cannot_be(void **state) {
    (void)state;
    assert_null(secmem_alloc(0));
    assert_null(secmem_alloc(SIZE_MAX));
    assert_null(secmem_alloc(SIZE_MAX - 4096));
}

static void test_secmem_is_wiped_before_it_is_given_back(void **state) {
    (void)state;
    size_t size = 5000;
    unsigned char *memory = secmem_alloc(size);
    assert_non_null(memory);
    memset(memory, 0xa5, 8192); /* all of both pages, also behind the size */
    watch = (struct watch){memory, false, false};
    secmem_free(memory, size);
    watch.block = NULL;
    assert_true(watch.released);
    assert_true(watch.was_zero);
}

/* The sanitizer is right that nobody may look there; how it is wiped is to be seen all the same. */
__attribute__((no_sanitize("address"))) static bool is_spare(const unsigned char *page) {
    unsigned char rest = 0;
    for (size_t i = sizeof(uint64_t); i < 4096; i++) {
        rest |= page[i];
    }
    return rest == 0;
}

static void test_secmem_is_wiped_before_it_is_spare(void **state) {
    (void)state;
    unsigned char *page = secmem_alloc(10);
    assert_non_null(page);
    memset(page, 0xa5, 4096);
    secmem_free(page, 10);
    assert_true(is_spare(page));
}

static void test_secmem_hands_out_a_spare_page_zeroed(void **state) {
    (void)state;
    void *pages[40];
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
            pages[i] = secmem_alloc(4096);
            assert_non_null(pages[i]);
            assert_true(is_zero(pages[i], 4096));
            memset(pages[i], 0xa5, 4096);
        }
        for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
            secmem_free(pages[i], 4096);
        }
    }
}

static bool is_mapped(void *page) {
    unsigned char there = 0;
    return mincore(page, 4096, &there) == 0;
}

static void test_secmem_gives_its_spares_back_when_it_is_told(void **state) {
    (void)state;
    void *pages[40];
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        pages[i] = secmem_alloc(4096);
        assert_non_null(pages[i]);
    }
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        secmem_free(pages[i], 4096);
        assert_true(is_mapped(pages[i]));
    }
    secmem_settle();
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        assert_false(is_mapped(pages[i]));
    }
    secmem_settle();
}

/* "lo" among the VmFlags: a lock isn't inherited, so a spare page of the parent's is no good.
 * Where nothing is locked at all (by the address sanitizer, for one), there is nothing to see. */
static void test_secmem_leaves_its_spares_to_the_parent(void **state) {
    (void)state;
    void *page = secmem_alloc(4096);
    assert_non_null(page);
    bool is_locked = has_flag(page, " lo");
    secmem_free(page, 4096);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        unsigned char *own = secmem_alloc(4096);
        _exit(own != NULL && is_zero(own, 4096) && has_flag(own, " lo") == is_locked ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void test_secmem_is_empty_in_a_forked_child(void **state) {
    (void)state;
    unsigned char *memory = secmem_alloc(4096);
    assert_non_null(memory);
    memset(memory, 0xa5, 4096);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(is_zero(memory, 4096) ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(memory[0], 0xa5);
    secmem_free(memory, 4096);
}

/* "dd" among the VmFlags of the mapping: left out of dumps; "wf": wiped in children (proc(5)). */
static void test_secmem_is_left_out_of_core_dumps(void **state) {
    (void)state;
    unsigned char *memory = secmem_alloc(4096);
    assert_non_null(memory);
    memory[0] = 1;
    assert_true(has_flag(memory, " dd"));
    assert_true(has_flag(memory, " wf"));
    secmem_free(memory, 4096);
}

static void test_secmem_frees_nothing_quietly(void **state) {
    (void)state;
    secmem_free(NULL, 0);
    secmem_free(NULL, 10);
    secmem_wipe(NULL, 0);
    assert_int_equal(secmem_heap_size(NULL), 0);
}

static void test_secmem_wipes_exactly_what_it_is_told(void **state) {
    (void)state;
    char bytes[] = "abcdef";
    secmem_wipe(bytes + 1, 3);
    assert_memory_equal(bytes, "a\0\0\0ef", 6);
}

static void test_secmem_knows_the_size_of_a_heap_block(void **state) {
    (void)state;
    void *block = malloc(100);
    assert_non_null(block);
    assert_true(secmem_heap_size(block) >= 100);
    free(block);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secmem_gives_zeroed_writable_memory),
        cmocka_unit_test(test_secmem_refuses_sizes_that_cannot_be),
        cmocka_unit_test(test_secmem_is_wiped_before_it_is_given_back),
        cmocka_unit_test(test_secmem_is_wiped_before_it_is_spare),
        cmocka_unit_test(test_secmem_hands_out_a_spare_page_zeroed),
        cmocka_unit_test(test_secmem_gives_its_spares_back_when_it_is_told),
        cmocka_unit_test(test_secmem_leaves_its_spares_to_the_parent),
        cmocka_unit_test(test_secmem_is_empty_in_a_forked_child),
        cmocka_unit_test(test_secmem_is_left_out_of_core_dumps),
        cmocka_unit_test(test_secmem_frees_nothing_quietly),
        cmocka_unit_test(test_secmem_wipes_exactly_what_it_is_told),
        cmocka_unit_test(test_secmem_knows_the_size_of_a_heap_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
