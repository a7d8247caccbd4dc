/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the beginning of a script. What runs it is an absolute path or a name without a
 * slash, never both, stands in the first line, and is whole.
 *
 * links: daemon/admin/shebang.c platform
 */
#include "daemon/admin/shebang.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

static bool stands_in(const char *word, const char *bytes, size_t length) {
    size_t size = strlen(word);
    for (size_t i = 0; i + size <= length && bytes[i] != '\n'; i++) {
        if (memcmp(bytes + i, word, size) == 0) {
            return true;
        }
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct shebang shebang = {.path = ""};
    const char *text = (const char *)bytes;
    const char *why = NULL;
    size_t used = length < SHEBANG_MAX ? length : SHEBANG_MAX;
    switch (shebang_parse(text, used, &shebang, &why)) {
    case KC_OK:
        must((shebang.path[0] == '/') != (shebang.name[0] != '\0'));
        must(strchr(shebang.name, '/') == NULL);
        must(strpbrk(shebang.path, " \t\n") == NULL && strpbrk(shebang.name, " \t\n") == NULL);
        must(stands_in(shebang.path, text, used) && stands_in(shebang.name, text, used));
        break;
    case KC_INVALID:
        must(why != NULL && used >= 2 && memcmp(text, "#!", 2) == 0);
        break;
    case KC_NOT_FOUND:
        must(used < 2 || memcmp(text, "#!", 2) != 0);
        break;
    default:
        abort();
    }
    return 0;
}
