/* SPDX-License-Identifier: MIT */
/*
 * The chain of an entry: copied from what was walked, and what a list can hold of it. A chain that
 * can't be listed whole isn't listed at all, because nobody should approve a part of it.
 */
#include "daemon/chain.h"
#include "daemon/pending_internal.h"
#include "libkc/parse.h"

#include <stdlib.h>
#include <string.h>

#define HASH_LENGTH 64

static void link_clear(struct pending_link *link) {
    free(link->kind);
    free(link->path);
    free(link->hash);
    free(link->script);
    free(link->script_hash);
}

void pending_links_clear(struct pending_entry *entry) {
    for (size_t i = 0; i < entry->link_count; i++) {
        link_clear(&entry->links[i]);
    }
    free(entry->links);
    entry->links = NULL;
    entry->link_count = 0;
}

/* What a link is in the list; everything is lent. */
static struct pending_link view_of(const struct chain_link *link) {
    bool is_script = link->kind == LINK_SCRIPT;
    return (struct pending_link){.kind = (char *)link_kind_word(link->kind),
                                 .path = link->path,
                                 .hash = (char *)link->hash,
                                 .script = is_script ? link->script : (char *)"",
                                 .script_hash = is_script ? (char *)link->script_hash : (char *)"",
                                 .pid = link->pid};
}

static enum kc_error copy_link(const struct chain_link *link, struct pending_link *copy) {
    const struct pending_link view = view_of(link);
    copy->pid = view.pid;
    copy->kind = strdup(view.kind);
    copy->path = strdup(view.path);
    copy->hash = strdup(view.hash);
    copy->script = strdup(view.script);
    copy->script_hash = strdup(view.script_hash);
    bool is_whole = copy->kind != NULL && copy->path != NULL && copy->hash != NULL &&
                    copy->script != NULL && copy->script_hash != NULL;
    return is_whole ? KC_OK : KC_NO_MEMORY;
}

enum kc_error pending_links_copy(const struct chain *chain, struct pending_entry *entry) {
    pending_links_clear(entry);
    if (chain->count == 0) {
        return KC_OK;
    }
    entry->links = calloc(chain->count, sizeof *entry->links);
    if (entry->links == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = KC_OK;
    for (size_t i = 0; i < chain->count && error == KC_OK; i++) {
        error = copy_link(&chain->links[i], &entry->links[entry->link_count++]);
    }
    return error;
}

/* Bytes in the file, as JSON escapes them. */
static size_t written_length(const char *text) {
    static const size_t longest_escape = 6;
    size_t length = 0;
    for (const char *next = text; *next != '\0'; next++) {
        bool is_quoted = *next == '"' || *next == '\\';
        length += (unsigned char)*next < 0x20 ? longest_escape : is_quoted ? 2 : 1;
    }
    return length;
}

/* NULL: it fits, and what it takes is taken from `room`. */
static const char *path_obstacle(const char *path, size_t *room) {
    size_t length = written_length(path);
    if (!parse_is_utf8(path, strlen(path))) {
        return "a path isn't UTF-8 text, which no policy can hold; rename that file";
    }
    if (path[0] != '/') {
        return "a path isn't one that this user sees, so that no policy can hold it";
    }
    if (length > *room || strlen(path) > PENDING_PATH_MAX) {
        return "the paths are too long for the list of what waits; name the programs one by one: "
               "keychain-auth register PATH";
    }
    *room -= length;
    return NULL;
}

bool pending_path_fits(const char *path, size_t *room) {
    return path_obstacle(path, room) == NULL;
}

const char *pending_obstacle(const char *path, const struct chain *chain) {
    size_t room = PENDING_PATHS_MAX;
    const char *obstacle = path_obstacle(path, &room);
    for (size_t i = 0; chain != NULL && obstacle == NULL && i < chain->count; i++) {
        const struct chain_link *link = &chain->links[i];
        if (link->path[0] != '\0') { /* of what is unknown it may be missing */
            obstacle = path_obstacle(link->path, &room);
        }
        if (obstacle == NULL && link->kind == LINK_SCRIPT) {
            obstacle = path_obstacle(link->script, &room);
        }
    }
    return obstacle;
}

/* Only of what is unknown a part may be missing. */
bool pending_link_fits(const struct pending_link *link, size_t *room) {
    bool is_script = strcmp(link->kind, link_kind_word(LINK_SCRIPT)) == 0;
    bool may_lack = strcmp(link->kind, link_kind_word(LINK_UNKNOWN)) == 0;
    bool lacks_path = may_lack && link->path[0] == '\0';
    bool lacks_hash = may_lack && link->hash[0] == '\0';
    if ((!lacks_path && !pending_path_fits(link->path, room)) ||
        (!lacks_hash && !parse_is_hex(link->hash, HASH_LENGTH))) {
        return false;
    }
    return is_script ? pending_path_fits(link->script, room) &&
                           parse_is_hex(link->script_hash, HASH_LENGTH)
                     : link->script[0] == '\0' && link->script_hash[0] == '\0';
}

bool pending_chain_fits(const struct chain *chain, size_t *room) {
    bool fits = chain->count <= CHAIN_LINKS_MAX && parse_is_hex(chain->id, HASH_LENGTH);
    for (size_t i = 0; i < chain->count && fits; i++) {
        const struct pending_link view = view_of(&chain->links[i]);
        fits = pending_link_fits(&view, room);
    }
    return fits;
}
