/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as pending.json: refused as damaged, or a list within its bounds that survives
 * being written and read again.
 * links: daemon/pending.c daemon/pending_list.c daemon/pending_links.c daemon/pending_read.c
 * links: daemon/pending_write.c daemon/chain_words.c daemon/edit_lock.c kc_static platform
 * links: -ljansson
 */
#include "daemon/chain.h"
#include "daemon/pending_internal.h"
#include "libkc/parse.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

static void check_entry(const struct pending *pending, size_t index) {
    const struct pending_entry *entry = pending_at(pending, index);
    require(entry->path[0] == '/' && parse_is_hex(entry->hash, 64));
    require(strlen(entry->arguments) <= PENDING_ARGUMENTS_MAX);
    require(entry->asked_count <= PENDING_ASKED_MAX);
    require(index == 0 || pending_at(pending, index - 1)->last_us >= entry->last_us);
    require(entry->link_count <= CHAIN_LINKS_MAX && parse_is_hex(entry->id, 64));
    require(entry->end[0] != '\0' ||
            (entry->link_count == 0 && strcmp(entry->id, entry->hash) == 0));
    for (size_t i = 0; i < entry->link_count; i++) {
        const struct pending_link *link = &entry->links[i];
        require(link->path[0] == '/' || strcmp(link->kind, "unknown") == 0);
        require((strcmp(link->kind, "script") == 0) == (link->script[0] == '/'));
    }
    require(pending_index(pending, entry->path, entry->id) == index);
}

static void check_round_trip(const struct pending *pending) {
    KC_AUTO(pending) again = NULL;
    char *text = NULL;
    char *text_again = NULL;
    size_t length = 0;
    size_t length_again = 0;
    require(pending_write(pending, &text, &length) == KC_OK);
    require(pending_parse(text, length, &again) == KC_OK);
    require(pending_write(again, &text_again, &length_again) == KC_OK);
    require(length == length_again && memcmp(text, text_again, length) == 0);
    free(text);
    free(text_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    KC_AUTO(pending) pending = NULL;
    enum kc_error error = pending_parse((const char *)bytes, length, &pending);
    if (error != KC_OK) {
        require(error == KC_DAMAGED && pending == NULL);
        return 0;
    }
    require(pending_count(pending) <= PENDING_MAX);
    for (size_t i = 0; i < pending_count(pending); i++) {
        check_entry(pending, i);
    }
    check_round_trip(pending);
    return 0;
}
