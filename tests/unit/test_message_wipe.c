/* SPDX-License-Identifier: MIT */
/*
 * No value stays behind on jansson's heap. platform/secmem.h is played by this test: it wipes
 * as the real one does, and counts the blocks that held the value when they were wiped. A
 * block that is freed without that isn't counted.
 * links: libkc/message_memory.c libkc/message_json.c libkc/message_read.c libkc/message_write.c
 * links: libkc/message_request.c libkc/message_request_write.c libkc/message_response.c
 * links: libkc/message_answer.c libkc/message_rules.c libkc/scan.c
 * links: libkc/scan_decode.c libkc/compose.c
 * links: libkc/protocol.c libkc/secret.c libkc/parse.c libkc/parse_escape.c libkc/base64.c
 * links: libkc/attributes.c -ljansson
 */
#include "libkc/message.h"

#include "libkc/secret.h"
#include "platform/secmem.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static const char needle[] = "correct-horse-battery-staple";
static size_t heap_blocks_seen;

void *secmem_alloc(size_t size) {
    return size > SIZE_MAX / 2 ? NULL : calloc(1, size);
}

void secmem_free(void *memory, size_t size) {
    if (memory != NULL) {
        memset(memory, 0, size);
    }
    free(memory);
}

void secmem_wipe(void *memory, size_t size) {
    unsigned char *bytes = memory;
    for (size_t i = 0; i + sizeof needle - 1 <= size; i++) {
        if (memcmp(bytes + i, needle, sizeof needle - 1) == 0) {
            heap_blocks_seen++;
            break;
        }
    }
    if (size > 0) {
        memset(memory, 0, size);
    }
}

size_t secmem_heap_size(void *block) {
    return malloc_usable_size(block);
}

static size_t count_blocks_of_a_write(void) {
    static const char text[] = "{\"type\":\"REQUEST\",\"action\":\"write\",\"service\":\"s\","
                               "\"targets\":[\"t\"],\"values\":[\"correct-horse-battery-staple\"]}";
    KC_AUTO(request) request = NULL;
    char why[KC_MESSAGE_MAX];
    heap_blocks_seen = 0;
    assert_int_equal(message_parse_request(text, sizeof text - 1, &request, NULL, why), KC_OK);
    return heap_blocks_seen;
}

static void test_message_wipes_what_jansson_frees(void **state) {
    (void)state;
    assert_int_equal(count_blocks_of_a_write(), 0); /* the control: nobody asked for it yet */
    message_wipe_json_memory();
    assert_true(count_blocks_of_a_write() >= 1);
}

static void test_message_wipes_a_whole_block(void **state) {
    (void)state;
    json_malloc_t allocate = NULL;
    json_free_t release = NULL;
    message_wipe_json_memory();
    json_get_alloc_funcs(&allocate, &release);
    char *block = allocate(1000);
    assert_non_null(block);
    memset(block, 0, 1000);
    memcpy(block + 1000 - (sizeof needle - 1), needle, sizeof needle - 1);
    heap_blocks_seen = 0;
    release(block);
    assert_int_equal(heap_blocks_seen, 1);
    release(NULL);
}

static void test_message_wipes_the_tree_of_a_refused_request(void **state) {
    (void)state;
    static const char text[] = "{\"type\":\"REQUEST\",\"action\":\"write\",\"service\":\"s\","
                               "\"targets\":[],\"values\":[\"correct-horse-battery-staple\"]}";
    struct request *request = NULL;
    char why[KC_MESSAGE_MAX];
    message_wipe_json_memory();
    heap_blocks_seen = 0;
    assert_int_equal(message_parse_request(text, sizeof text - 1, &request, NULL, why), KC_INVALID);
    assert_true(heap_blocks_seen >= 1);
}

static void *other_malloc(size_t size) {
    return malloc(size);
}

static void test_message_leaves_foreign_allocators_alone(void **state) {
    (void)state;
    json_malloc_t allocate = NULL;
    json_free_t release = NULL;
    json_set_alloc_funcs(other_malloc, free);
    message_wipe_json_memory();
    json_get_alloc_funcs(&allocate, &release);
    assert_true(allocate == other_malloc);
    assert_true(release == free);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message_wipes_what_jansson_frees),
        cmocka_unit_test(test_message_wipes_a_whole_block),
        cmocka_unit_test(test_message_wipes_the_tree_of_a_refused_request),
        cmocka_unit_test(test_message_leaves_foreign_allocators_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
