/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as lines of a pinentry. What is data never grows past its limit, and only lines that
 * begin with "D " make it grow.
 *
 * links: daemon/admin/assuan.c libkc/secret.c platform
 */
#include "daemon/admin/assuan.h"

#include "libkc/secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT 64

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(int condition) {
    if (!condition) {
        abort();
    }
}

static void check_line(const char *line, size_t length) {
    KC_AUTO(secret) data = NULL;
    enum assuan_kind kind = ASSUAN_REMARK;
    require(secret_new(LIMIT, &data) == KC_OK);
    enum kc_error error = assuan_read(line, length, data, LIMIT, &kind);
    require(error == KC_OK || error == KC_INVALID || error == KC_TOO_BIG);
    require(secret_length(data) <= LIMIT);
    if (secret_length(data) > 0) {
        require(length > 2 && memcmp(line, "D ", 2) == 0);
        require(error != KC_OK || kind == ASSUAN_DATA);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    const char *line = (const char *)bytes;
    while (length > 0) {
        const char *end = memchr(line, '\n', length);
        size_t used = end == NULL ? length : (size_t)(end - line);
        check_line(line, used);
        used += end == NULL ? 0 : 1;
        line += used;
        length -= used;
    }
    return 0;
}
