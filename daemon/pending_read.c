/* SPDX-License-Identifier: MIT */
/*
 * From the text of pending.json to the list: strictly, because what isn't as we write it was
 * written by somebody else. An entry without an id is a binary by itself, as it always was.
 */
#include "daemon/chain.h"
#include "daemon/pending_internal.h"
#include "libkc/message_memory.h"
#include "libkc/parse.h"
#include "libkc/protocol.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

#define HASH_LENGTH 64

/* A member that must be text of at most `max` bytes. */
static enum kc_error read_text(const json_t *object, const char *key, size_t max, char **ret_text) {
    const json_t *value = json_object_get(object, key);
    size_t length = json_string_length(value);
    if (!json_is_string(value) || length > max) {
        return KC_DAMAGED;
    }
    char *text = malloc(length + 1);
    if (text == NULL) {
        return KC_NO_MEMORY;
    }
    memcpy(text, json_string_value(value), length + 1);
    *ret_text = text;
    return KC_OK;
}

static enum kc_error read_number(const json_t *object, const char *key, uint64_t *ret_number) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        return KC_DAMAGED;
    }
    *ret_number = (uint64_t)json_integer_value(value);
    return KC_OK;
}

static enum kc_error read_time(const json_t *object, const char *key, int64_t *ret_us) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL && parse_time(text, ret_us) == KC_OK ? KC_OK : KC_DAMAGED;
}

static enum kc_error read_asked(const json_t *list, struct pending_entry *entry) {
    if (!json_is_array(list) || json_array_size(list) > PENDING_ASKED_MAX) {
        return KC_DAMAGED;
    }
    enum kc_error error = KC_OK;
    for (size_t i = 0; i < json_array_size(list) && error == KC_OK; i++) {
        const json_t *object = json_array_get(list, i);
        struct pending_asked *asked = &entry->asked[entry->asked_count++];
        error = read_text(object, "action", KC_SERVICE_MAX, &asked->action);
        if (error == KC_OK) {
            error = read_text(object, "service", KC_SERVICE_MAX, &asked->service);
        }
        if (error == KC_OK) {
            error = read_text(object, "target", KC_TARGET_MAX, &asked->target);
        }
    }
    return error;
}

static bool is_kind(const char *text) {
    for (int kind = LINK_BINARY; kind <= LINK_UNKNOWN; kind++) {
        if (strcmp(text, link_kind_word((enum link_kind)kind)) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_end(const char *text) {
    for (int end = CHAIN_END_FIRST; end <= CHAIN_END_DOUBT; end++) {
        if (strcmp(text, chain_end_word((enum chain_end)end)) == 0) {
            return true;
        }
    }
    return false;
}

/* The same, and "" when the member isn't there. */
static enum kc_error read_text_or_none(const json_t *object, const char *key, size_t max,
                                       char **ret_text) {
    if (json_object_get(object, key) != NULL) {
        return read_text(object, key, max, ret_text);
    }
    *ret_text = strdup("");
    return *ret_text == NULL ? KC_NO_MEMORY : KC_OK;
}

static enum kc_error read_link(const json_t *object, struct pending_link *link) {
    enum kc_error error = read_text(object, "kind", KC_SERVICE_MAX, &link->kind);
    if (error == KC_OK) {
        error = read_text(object, "path", PENDING_PATH_MAX, &link->path);
    }
    if (error == KC_OK) {
        error = read_text(object, "hash", HASH_LENGTH, &link->hash);
    }
    if (error == KC_OK) {
        error = read_text_or_none(object, "script", PENDING_PATH_MAX, &link->script);
    }
    if (error == KC_OK) {
        error = read_text_or_none(object, "script_hash", HASH_LENGTH, &link->script_hash);
    }
    return error == KC_OK ? read_number(object, "pid", &link->pid) : error;
}

static enum kc_error read_links(const json_t *list, struct pending_entry *entry, size_t *room) {
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > CHAIN_LINKS_MAX) {
        return KC_DAMAGED;
    }
    entry->links = calloc(count + 1, sizeof *entry->links);
    if (entry->links == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = KC_OK;
    for (size_t i = 0; i < count && error == KC_OK; i++) {
        struct pending_link *link = &entry->links[entry->link_count++];
        error = read_link(json_array_get(list, i), link);
        if (error == KC_OK && (!is_kind(link->kind) || !pending_link_fits(link, room))) {
            error = KC_DAMAGED;
        }
    }
    return error;
}

/* What only the entry of a chain has; a binary's id is its hash. */
static enum kc_error read_chain(const json_t *object, struct pending_entry *entry, size_t *room) {
    bool is_chain = json_object_get(object, "id") != NULL;
    if (!is_chain) {
        entry->id = strdup(entry->hash);
        entry->end = strdup("");
        return entry->id == NULL || entry->end == NULL ? KC_NO_MEMORY : KC_OK;
    }
    enum kc_error error = read_text(object, "id", HASH_LENGTH, &entry->id);
    if (error == KC_OK) {
        error = read_text(object, "end", KC_SERVICE_MAX, &entry->end);
    }
    if (error == KC_OK && (!parse_is_hex(entry->id, HASH_LENGTH) || !is_end(entry->end))) {
        error = KC_DAMAGED;
    }
    return error == KC_OK ? read_links(json_object_get(object, "links"), entry, room) : error;
}

static enum kc_error read_identity(const json_t *object, struct pending_entry *entry) {
    size_t room = PENDING_PATHS_MAX;
    enum kc_error error = read_text(object, "path", PENDING_PATH_MAX, &entry->path);
    if (error == KC_OK) {
        error = read_text(object, "hash", HASH_LENGTH, &entry->hash);
    }
    if (error == KC_OK &&
        (!pending_path_fits(entry->path, &room) || !parse_is_hex(entry->hash, HASH_LENGTH))) {
        error = KC_DAMAGED;
    }
    return error == KC_OK ? read_chain(object, entry, &room) : error;
}

/* `entry` is zeroed; on failure it is half-built, and pending_entry_clear() takes it so. */
static enum kc_error read_entry(const json_t *object, struct pending_entry *entry) {
    enum kc_error error = read_identity(object, entry);
    if (error == KC_OK) {
        error = read_text(object, "args", PENDING_ARGUMENTS_MAX, &entry->arguments);
    }
    if (error == KC_OK) {
        error = read_number(object, "pid", &entry->pid);
    }
    if (error == KC_OK) {
        error = read_number(object, "count", &entry->count);
    }
    if (error == KC_OK) {
        error = read_time(object, "first_time", &entry->first_us);
    }
    if (error == KC_OK) {
        error = read_time(object, "last_time", &entry->last_us);
    }
    return error == KC_OK ? read_asked(json_object_get(object, "asked"), entry) : error;
}

static enum kc_error read_into(struct pending *pending, const json_t *object) {
    struct pending_entry entry = {0};
    enum kc_error error = read_entry(object, &entry);
    if (error == KC_OK && pending_index(pending, entry.path, entry.id) < pending->count) {
        error = KC_DAMAGED;
    }
    if (error == KC_OK) {
        pending_insert(pending, &entry);
    }
    pending_entry_clear(&entry);
    return error;
}

static enum kc_error read_document(const json_t *document, struct pending *pending) {
    const json_t *version = json_object_get(document, "version");
    const json_t *list = json_object_get(document, "pending");
    if (!json_is_integer(version) || json_integer_value(version) != PENDING_VERSION ||
        !json_is_array(list) || json_array_size(list) > PENDING_MAX) {
        return KC_DAMAGED;
    }
    /* From the last, because an entry is inserted before its equals. */
    for (size_t i = json_array_size(list); i > 0; i--) {
        enum kc_error error = read_into(pending, json_array_get(list, i - 1));
        if (error != KC_OK) {
            return error;
        }
    }
    return KC_OK;
}

enum kc_error pending_parse(const char *text, size_t length, struct pending **ret_pending) {
    KC_AUTO(pending) pending = calloc(1, sizeof *pending);
    if (pending == NULL) {
        return KC_NO_MEMORY;
    }
    if (length > 0) {
        json_error_t why;
        json_auto_t *document = NULL;
        enum kc_error error =
            message_load_json(text, length, JSON_REJECT_DUPLICATES, &document, &why);
        if (error == KC_OK) {
            error = read_document(document, pending);
        } else if (error == KC_INVALID) {
            error = KC_DAMAGED;
        }
        if (error != KC_OK) {
            return error;
        }
    }
    *ret_pending = pending;
    pending = NULL;
    return KC_OK;
}
