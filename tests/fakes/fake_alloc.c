/* SPDX-License-Identifier: MIT */
/* The linker sends our own calls here (ld(1), --wrap); those of foreign libraries are theirs. */
#include "tests/fakes/fake_alloc.h"

#include "libkc/message.h"
#include "platform/secmem.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ld's names for what it puts in between. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t length);
void *__real_secmem_alloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t length);
void *__wrap_secmem_alloc(size_t size);

/* An allocator is called without a context: there is no other place for this. */
static _Thread_local struct {
    enum fake_alloc_mode mode;
    size_t left; /* calls up to the one that fails; 0: none does */
    bool has_failed;
} plan;

static bool fails(void) {
    if (plan.has_failed && plan.mode == FAKE_ALLOC_ON) {
        return true;
    }
    if (plan.left == 0 || --plan.left > 0) {
        return false;
    }
    plan.has_failed = true;
    errno = ENOMEM;
    return true;
}

void fake_alloc_init(void) {
    json_set_alloc_funcs(malloc, free); /* ours, and to message.h the ones of the C library */
    message_wipe_json_memory();
}

void fake_alloc_begin(enum fake_alloc_mode mode, size_t number) {
    plan.mode = mode;
    plan.left = number;
    plan.has_failed = false;
}

bool fake_alloc_end(void) {
    bool has_failed = plan.has_failed;
    plan.left = 0;
    plan.has_failed = false;
    return has_failed;
}

void *__wrap_malloc(size_t size) {
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size) {
    return fails() ? NULL : __real_realloc(block, size);
}

char *__wrap_strdup(const char *text) {
    return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t length) {
    return fails() ? NULL : __real_strndup(text, length);
}

void *__wrap_secmem_alloc(size_t size) {
    return fails() ? NULL : __real_secmem_alloc(size);
}
