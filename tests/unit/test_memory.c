/* SPDX-License-Identifier: MIT */
/*
 * What is given back comes back as it was.
 * links: platform
 */
#include "platform/memory.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char text[] = "read-only, and in no cache of the test's own";
/* The loader writes to it and then shuts it: it isn't in the file as it is in memory. */
static const char *const relocated[] = {text, text + 5};
static char written[8192] = "as the file has it";

static void test_memory_settles_and_everything_is_there(void **state) {
    (void)state;
    char *block = malloc(100);
    assert_non_null(block);
    (void)snprintf(block, 100, "%s", text);
    (void)snprintf(written, sizeof written, "as it was changed");
    for (int i = 0; i < 3; i++) {
        memory_settle();
        assert_string_equal(block, text);
        assert_string_equal(written, "as it was changed");
        assert_ptr_equal(relocated[1], relocated[0] + 5);
        assert_string_equal(relocated[1], "only, and in no cache of the test's own");
    }
    free(block);
}

/* KiB of the process's own, that no file stands behind. */
static size_t own_memory(void) {
    char line[256];
    size_t size = 0;
    FILE *status = fopen("/proc/self/status", "r");
    assert_non_null(status);
    while (fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, "RssAnon:", 8) == 0) {
            size = strtoul(line + 8, NULL, 10);
        }
    }
    (void)fclose(status);
    return size;
}

static void test_memory_gives_back_what_lies_between_blocks(void **state) {
    (void)state;
    enum { COUNT = 32 * 1024, SIZE = 1024 };
    static char *blocks[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        blocks[i] = malloc(SIZE);
        assert_non_null(blocks[i]);
        memset(blocks[i], 1, SIZE);
    }
    size_t full = own_memory();
    for (size_t i = 0; i < COUNT; i++) {
        if (i % 64 != 0) {
            free(blocks[i]);
        }
    }
    memory_settle();
    size_t settled = own_memory();
    for (size_t i = 0; i < COUNT; i += 64) {
        assert_int_equal(blocks[i][SIZE - 1], 1);
        free(blocks[i]);
    }
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip(); /* its own allocator gives nothing back */
#endif
    assert_true(settled < full - COUNT * (SIZE / 1024) / 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_settles_and_everything_is_there),
        cmocka_unit_test(test_memory_gives_back_what_lies_between_blocks),
    };
    memory_bound();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
