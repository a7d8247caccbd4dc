/* SPDX-License-Identifier: MIT */
/*
 * jansson's memory: wiped when it is given back, and watched while a text is read. As soon as an
 * allocation has failed all others fail until the text is given up: with less memory but more
 * bytes jansson's lexer would lose the end of a string and run past its block.
 */
#include "libkc/message_memory.h"

#include "libkc/message.h"
#include "platform/secmem.h"

#include <jansson.h>

#include <stdbool.h>
#include <stdlib.h>

/* An allocator is called without a context: there is no other place for this. */
static _Thread_local struct {
    bool is_reading;
    bool has_failed;
} watch;

static void *watched_malloc(size_t size) {
    if (watch.has_failed) {
        return NULL;
    }
    void *block = malloc(size);
    watch.has_failed = block == NULL && watch.is_reading;
    return block;
}

static void wiping_free(void *block) {
    secmem_wipe(block, secmem_heap_size(block));
    free(block);
}

void message_wipe_json_memory(void) {
    json_malloc_t allocate = NULL;
    json_free_t release = NULL;
    json_get_alloc_funcs(&allocate, &release);
    if (allocate == malloc && release == free) {
        json_set_alloc_funcs(watched_malloc, wiping_free);
    }
}

enum kc_error message_load_json(const char *text, size_t length, size_t flags,
                                struct json_t **ret_json, struct json_error_t *ret_why) {
    json_error_t why = {.line = 0}; /* jansson doesn't write the code in all cases */
    watch.is_reading = true;
    json_t *json = json_loadb(text, length, flags, &why);
    bool has_failed = watch.has_failed;
    watch.is_reading = false;
    watch.has_failed = false;

    enum json_error_code code = json_error_code(&why);
    if (has_failed ||
        (json == NULL && (code == json_error_unknown || code == json_error_out_of_memory))) {
        json_decref(json);
        return KC_NO_MEMORY;
    }
    if (json == NULL) {
        *ret_why = why;
        return KC_INVALID;
    }
    *ret_json = json;
    return KC_OK;
}
