/* SPDX-License-Identifier: MIT */
/*
 * Reads what stands behind the record's name in a directory. What is taken has a number in its
 * bounds, and is what we would have written.
 *
 * links: daemon/audit_files.c libkc/parse.c platform
 */
#include "daemon/audit_files.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    char text[300];
    char *name = NULL;
    uint64_t number = 0;
    bool is_packed = false;
    if (length >= sizeof text || memchr(bytes, '\0', length) != NULL) {
        return 0;
    }
    memcpy(text, bytes, length);
    text[length] = '\0';
    if (audit_files_parse(text, &number, &is_packed) != KC_OK) {
        return 0;
    }
    if (number == 0 || number > AUDIT_NUMBER_MAX ||
        audit_files_name("", number, is_packed, &name) != KC_OK || strcmp(name + 1, text) != 0) {
        abort();
    }
    free(name);
    return 0;
}
