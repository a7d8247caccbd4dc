/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as git's stored credentials. What is taken keeps the limits of
 * the protocol, has its names once, and a refusal is a plain sentence with a line.
 *
 * links: daemon/admin/import_git.c daemon/admin/import_list.c libkc/attributes.c
 * links: libkc/error.c libkc/login.c libkc/parse.c libkc/secret.c platform
 */
#include "daemon/admin/import_list.h"

#include "libkc/parse.h"
#include "libkc/secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void require(int condition) {
    if (!condition) {
        abort();
    }
}

static void check_entry(const struct import_list *list, size_t index) {
    const struct import_entry *entry = &list->entries[index];
    require(strcmp(entry->service, "git") == 0);
    require(parse_name(entry->target, strlen(entry->target), KC_TARGET_MAX) == KC_OK);
    require(secret_length(entry->value) <= KC_VALUE_MAX);
    for (size_t i = 0; i < index && i < 16; i++) {
        require(strcmp(list->entries[i].target, entry->target) != 0);
    }
    require(memchr(secret_view(entry->value), '\n', secret_length(entry->value)) == NULL);
    require(strstr(entry->target, "://") != NULL && strchr(entry->target, ' ') == NULL);
    require(entry->attributes.count >= 3 && entry->attributes.count <= 4);
}

/* Sentences are ours, in plain ASCII; the file's own bytes could be anything. */
static void check_sentence(const char *why) {
    require(strncmp(why, "line ", 5) == 0);
    for (const char *c = why; *c != '\0'; c++) {
        require(*c >= ' ' && *c <= '~');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct import_list list = {0};
    char why[KC_MESSAGE_MAX] = "";
    enum kc_error error = import_git_parse((const char *)bytes, length, &list, why);
    require(error == KC_OK || error == KC_TOO_BIG || error == KC_INVALID);
    for (size_t i = 0; i < list.count; i++) {
        check_entry(&list, i);
    }
    if (error == KC_OK) {
        require(why[0] == '\0');
    } else {
        check_sentence(why);
    }
    import_list_clear(&list);
    return 0;
}
