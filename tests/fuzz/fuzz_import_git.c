/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as git's stored credentials. What is taken keeps the limits of
 * the protocol, has its names once, and a refusal is a plain sentence with a line.
 *
 * links: tests/fuzz/import_checks.c
 * links: daemon/admin/import_git.c daemon/admin/import_list.c libkc/attributes.c
 * links: libkc/error.c libkc/login.c libkc/parse.c libkc/secret.c platform
 */
#include "daemon/admin/import_list.h"

#include "libkc/secret.h"
#include "tests/fuzz/import_checks.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_entry(const struct import_entry *entry) {
    import_require(memchr(secret_view(entry->value), '\n', secret_length(entry->value)) == NULL);
    import_require(strstr(entry->target, "://") != NULL && strchr(entry->target, ' ') == NULL);
    import_require(entry->attributes.count >= 3 && entry->attributes.count <= 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct import_list list = {0};
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = import_git_parse((const char *)bytes, length, &list, why);
    import_check(&list, error, why, "git", check_entry);
    return 0;
}
