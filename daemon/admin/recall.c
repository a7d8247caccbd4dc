/* SPDX-License-Identifier: MIT */
/* From the words of pending.json back to the values of chain.h. */
#include "daemon/admin/recall.h"

#include "daemon/pending.h"
#include "platform/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The list knows no other words (pending_read.c). */
static enum link_kind kind_of(const char *word) {
    enum link_kind kind = LINK_BINARY;
    while (kind < LINK_UNKNOWN && strcmp(word, link_kind_word(kind)) != 0) {
        kind++;
    }
    return kind;
}

static enum chain_end end_of(const char *word) {
    enum chain_end end = CHAIN_END_FIRST;
    while (end < CHAIN_END_DOUBT && strcmp(word, chain_end_word(end)) != 0) {
        end++;
    }
    return end;
}

/* That it still is the file that was seen is approve's to check. */
static bool is_vouched(const char *path) {
    KC_AUTO(image) image = NULL;
    const char *why = NULL;
    return image_open(path, &image, &why) == KC_OK && strcmp(image_path(image), path) == 0 &&
           image_is_trusted(image);
}

static void recall_link(const struct pending_link *seen, struct chain_link *link) {
    link->kind = kind_of(seen->kind);
    link->pid = seen->pid;
    link->path = seen->path;
    (void)snprintf(link->hash, sizeof link->hash, "%s", seen->hash);
    if (link->kind == LINK_SCRIPT) {
        link->script = seen->script;
        (void)snprintf(link->script_hash, sizeof link->script_hash, "%s", seen->script_hash);
        link->is_vouched = is_vouched(seen->path);
    }
    link->why = link->kind == LINK_UNKNOWN ? "it could not be looked at" : NULL;
}

enum kc_error recalled_new(const struct pending_entry *entry, struct recalled **ret_recalled) {
    KC_AUTO(recalled) recalled = calloc(1, sizeof *recalled);
    if (recalled == NULL) {
        return KC_NO_MEMORY;
    }
    struct chain *chain = &recalled->chain;
    chain->links = calloc(entry->link_count + 1, sizeof *chain->links);
    if (chain->links == NULL) {
        return KC_NO_MEMORY;
    }
    for (size_t i = 0; i < entry->link_count; i++) {
        recall_link(&entry->links[i], &chain->links[chain->count++]);
    }
    chain->end = end_of(entry->end);
    chain->why = chain->end == CHAIN_END_DOUBT ? "what was above it could not be told" : NULL;
    (void)snprintf(chain->id, sizeof chain->id, "%s", entry->id);
    recalled->identity = (struct identity){.path = entry->path, .pid = entry->pid, .chain = chain};
    (void)snprintf(recalled->identity.hash, sizeof recalled->identity.hash, "%s", entry->hash);
    recalled->exchange.identity = &recalled->identity;
    recalled->exchange.request = &recalled->request;
    if (entry->asked_count > 0) {
        recalled_ask(recalled, &entry->asked[entry->asked_count - 1]);
    }
    *ret_recalled = recalled;
    recalled = NULL;
    return KC_OK;
}

void recalled_ask(struct recalled *recalled, const struct pending_asked *asked) {
    bool is_whole = asked->target[0] == '\0';
    recalled->targets[0] = asked->target;
    recalled->request = (struct request){.type = KC_TYPE_REQUEST,
                                         .action = kc_action_parse(asked->action),
                                         .service = asked->service,
                                         .target_count = is_whole ? 0 : 1,
                                         .targets = recalled->targets};
}

void recalled_free(struct recalled *recalled) {
    if (recalled != NULL) {
        free(recalled->chain.links);
        free(recalled);
    }
}
