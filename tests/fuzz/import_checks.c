/* SPDX-License-Identifier: MIT */
/* The checks that the fuzz targets of import share. */
#include "tests/fuzz/import_checks.h"

#include "daemon/admin/import_list.h"
#include "libkc/parse.h"
#include "libkc/secret.h"

#include <stdlib.h>
#include <string.h>

/* So many of the entries before are compared with each: all of them would take too long. */
#define COMPARED_MAX 16

void import_require(int condition) {
    if (!condition) {
        abort();
    }
}

static void check_common(const struct import_list *list, size_t index, const char *service) {
    const struct import_entry *entry = &list->entries[index];
    import_require(strcmp(entry->service, service) == 0);
    import_require(parse_name(entry->target, strlen(entry->target), KC_TARGET_MAX) == KC_OK);
    import_require(secret_length(entry->value) <= KC_VALUE_MAX);
    for (size_t i = 0; i < index && i < COMPARED_MAX; i++) {
        import_require(strcmp(list->entries[i].target, entry->target) != 0);
    }
}

/* Sentences are ours, in plain ASCII; the file's own bytes could be anything. */
static void check_sentence(const char *why) {
    import_require(strncmp(why, "line ", 5) == 0);
    for (const char *c = why; *c != '\0'; c++) {
        import_require(*c >= ' ' && *c <= '~');
    }
}

void import_check(struct import_list *list, enum kc_error error, const char *why,
                  const char *service, void (*check_entry)(const struct import_entry *entry)) {
    import_require(error == KC_OK || error == KC_TOO_BIG || error == KC_INVALID);
    for (size_t i = 0; i < list->count; i++) {
        check_common(list, i, service);
        check_entry(&list->entries[i]);
    }
    if (error == KC_OK) {
        import_require(why[0] == '\0');
    } else {
        check_sentence(why);
    }
    import_list_clear(list);
}
