/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as ~/.aws/config. A line is put in between two others, and is found there again.
 *
 * links: daemon/admin/aws_config.c daemon/admin/span.c
 */
#include "daemon/admin/aws_config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(int condition) {
    if (!condition) {
        abort();
    }
}

static void check_change(const char *bytes, size_t length, struct aws_config_change *change) {
    char why[KC_MESSAGE_MAX] = "";
    size_t added = strlen(change->text);
    char *after = malloc(length + added);
    require(after != NULL && change->offset <= length);
    require(change->offset == 0 || change->offset == length || bytes[change->offset - 1] == '\n');
    memcpy(after, bytes, change->offset);
    memcpy(after + change->offset, change->text, added);
    memcpy(after + change->offset + added, bytes + change->offset, length - change->offset);
    struct aws_config_change again = {0};
    require(aws_config_plan(after, length + added, "p", "/b/x p", &again, why) == KC_EXISTS);
    free(after);
    free(change->text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct aws_config_change change = {0};
    char why[KC_MESSAGE_MAX] = "";
    const char *text = length > 0 ? (const char *)bytes : "";
    enum kc_error error = aws_config_plan(text, length, "p", "/b/x p", &change, why);
    require(error == KC_OK || error == KC_EXISTS || error == KC_INVALID);
    require((error == KC_INVALID) == (why[0] != '\0'));
    if (error == KC_OK) {
        check_change(text, length, &change);
    }
    return 0;
}
