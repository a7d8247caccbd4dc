/* SPDX-License-Identifier: MIT */
/*
 * A path up to the first NUL, and the arguments behind it. Whatever they are, a script is one of
 * the arguments, and only an interpreter has one; arguments without their last NUL have none.
 *
 * links: daemon/interpreter.c daemon/interpreter_grammar.c
 */
#include "daemon/interpreter.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* The script is an end of an argument, and not empty. */
static bool is_part(const char *arguments, size_t length, const char *script) {
    return script >= arguments && script < arguments + length && script[0] != '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    const char *path = (const char *)bytes;
    const char *end = memchr(bytes, '\0', length);
    if (end == NULL) {
        return 0;
    }
    const char *arguments = end + 1;
    size_t size = length - (size_t)(arguments - path);
    const char *script = NULL;
    enum interpreter_use use = interpreter_use(path, arguments, size, &script);
    if ((use == USE_SCRIPT) != (script != NULL) || (use == USE_NONE) == interpreter_is_one(path)) {
        abort();
    }
    if (use == USE_SCRIPT && !is_part(arguments, size, script)) {
        abort();
    }
    bool is_whole = size > 0 && arguments[size - 1] == '\0';
    if (!is_whole && use == USE_INPUT) {
        abort();
    }
    return 0;
}
