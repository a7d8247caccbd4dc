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

/* "dd" among the VmFlags of the mapping: left out of dumps (proc(5)). */
static void test_secmem_is_left_out_of_core_dumps(void **state) {
    (void)state;
    unsigned char *memory = secmem_alloc(4096);
    assert_non_null(memory);
    memory[0] = 1;
    char start[64];
    (void)snprintf(start, sizeof start, "%lx-", (unsigned long)(uintptr_t)memory);
    FILE *maps = fopen("/proc/self/smaps", "r");
    assert_non_null(maps);
    char line[512];
    bool inside = false;
    bool left_out = false;
    while (fgets(line, sizeof line, maps) != NULL) {
        if (strncmp(line, start, strlen(start)) == 0) {
            inside = true;
        }
        if (inside && strncmp(line, "VmFlags:", 8) == 0) {
            left_out = strstr(line, " dd") != NULL && strstr(line, " wf") != NULL;
            break;
        }
    }
    assert_int_equal(fclose(maps), 0);
    secmem_free(memory, 4096);
    assert_true(inside);
    assert_true(left_out);
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
        cmocka_unit_test(test_secmem_is_empty_in_a_forked_child),
        cmocka_unit_test(test_secmem_is_left_out_of_core_dumps),
        cmocka_unit_test(test_secmem_frees_nothing_quietly),
        cmocka_unit_test(test_secmem_wipes_exactly_what_it_is_told),
        cmocka_unit_test(test_secmem_knows_the_size_of_a_heap_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
