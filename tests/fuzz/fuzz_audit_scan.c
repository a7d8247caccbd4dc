/* SPDX-License-Identifier: MIT */
/*
 * Looks at a line quickly. What the quick look takes jansson takes, too, and every field is the
 * same one.
 *
 * links: daemon/audit_scan.c libkc/parse.c -ljansson
 */
#include "daemon/audit_scan.h"

#include <jansson.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

static void check_field(const struct audit_slice *slice, const json_t *value) {
    require((slice->kind == AUDIT_ABSENT) == (value == NULL));
    require((slice->kind == AUDIT_TEXT) == json_is_string(value));
    require((slice->kind == AUDIT_NUMBER) == json_is_integer(value));
    if (slice->kind == AUDIT_TEXT && !slice->is_escaped) {
        require(json_string_length(value) == slice->length);
        require(memcmp(json_string_value(value), slice->text, slice->length) == 0);
    }
    if (slice->kind == AUDIT_NUMBER) {
        char digits[32];
        (void)snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        require(strlen(digits) == slice->length);
        require(memcmp(digits, slice->text, slice->length) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct audit_slice fields[AUDIT_FIELD_COUNT];
    if (!audit_scan((const char *)bytes, length, fields)) {
        return 0;
    }
    json_t *record = json_loadb((const char *)bytes, length, JSON_REJECT_DUPLICATES, NULL);
    require(json_is_object(record));
    for (unsigned i = 0; i < AUDIT_FIELD_COUNT; i++) {
        check_field(&fields[i], json_object_get(record, audit_field_word(i)));
    }
    json_decref(record);
    return 0;
}
