/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a file of variables: names that a shell knows, values that are pieces of the file
 * without a control character, and nothing that one would have to expand.
 *
 * links: kcget/exec_file.c
 */
#include "kcget/exec_file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void must(bool holds) {
    if (!holds) {
        abort();
    }
}

static void check(const struct exec_file_variable *found, const char *text, size_t length) {
    must(exec_file_is_name(found->name, found->name_length));
    must(found->value >= text && found->value + found->value_length <= text + length);
    char before = found->value[-1];
    must(before == '=' || before == '\'' || before == '"');
    for (size_t i = 0; i < found->value_length; i++) {
        char byte = found->value[i];
        must((unsigned char)byte >= ' ' || byte == '\t');
        must(before == '\'' || strchr("\\$`", byte) == NULL);
        must(byte != before || before == '=');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct exec_file file = {.text = (const char *)bytes, .length = length};
    struct exec_file_variable found;
    char why[KC_MESSAGE_MAX] = "";
    size_t line = 0;
    enum kc_error error = exec_file_next(&file, &found, why);
    while (error == KC_OK) {
        must(file.line > line && file.at <= length);
        line = file.line;
        check(&found, file.text, length);
        error = exec_file_next(&file, &found, why);
    }
    must(error == KC_NOT_FOUND || (error == KC_INVALID && why[0] != '\0' && file.line > line));
    return 0;
}
