/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the AWS tools' credentials. What is taken keeps the limits of
 * the protocol, has its names once, and a refusal is a plain sentence with a line.
 *
 * links: tests/fuzz/import_checks.c
 * links: daemon/admin/import_ini.c daemon/admin/import_list.c daemon/admin/span.c
 * links: libkc/attributes.c
 * links: libkc/error.c libkc/parse.c libkc/secret.c platform
 */
#include "daemon/admin/import_list.h"

#include "libkc/parse.h"
#include "libkc/secret.h"
#include "tests/fuzz/import_checks.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_entry(const struct import_entry *entry) {
    const char *value = (const char *)secret_view(entry->value);
    import_require(strncmp(value, "{\"AccessKeyId\":\"", 16) == 0);
    import_require(value[secret_length(entry->value) - 1] == '}');
    import_require(parse_is_utf8(value, secret_length(entry->value)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct import_list list = {0};
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = import_aws_parse((const char *)bytes, length, &list, why);
    import_check(&list, error, why, "aws", check_entry);
    return 0;
}
