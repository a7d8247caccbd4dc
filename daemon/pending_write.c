/* SPDX-License-Identifier: MIT */
/*
 * From the list to the text of pending.json. What a chain adds to an entry is written only where
 * there is one, so that the entry of a binary by itself looks as it always did.
 */
#include "daemon/pending_internal.h"
#include "libkc/parse.h"

#include <jansson.h>

#include <stdlib.h>

/* NULL: no memory. */
static json_t *build_asked(const struct pending_entry *entry) {
    json_t *list = json_array();
    for (size_t i = 0; i < entry->asked_count; i++) {
        const struct pending_asked *asked = &entry->asked[i];
        if (json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:s}", "action", asked->action, "service",
                                            asked->service, "target", asked->target)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* json_pack's own way to leave a member out would lose one that there is no memory for, too. */
static bool add_script(json_t *object, const struct pending_link *link) {
    return json_object_set_new(object, "script", json_string(link->script)) == 0 &&
           json_object_set_new(object, "script_hash", json_string(link->script_hash)) == 0;
}

/* NULL: no memory. */
static json_t *build_link(const struct pending_link *link) {
    json_t *object = json_pack("{s:s, s:s, s:s, s:I}", "kind", link->kind, "path", link->path,
                               "hash", link->hash, "pid", (json_int_t)link->pid);
    if (link->script[0] != '\0' && !add_script(object, link)) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* NULL: no memory. */
static json_t *build_links(const struct pending_entry *entry) {
    json_t *list = json_array();
    for (size_t i = 0; i < entry->link_count; i++) {
        if (json_array_append_new(list, build_link(&entry->links[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* Adds what only a chain has. */
static bool add_chain(json_t *object, const struct pending_entry *entry) {
    return json_object_set_new(object, "id", json_string(entry->id)) == 0 &&
           json_object_set_new(object, "end", json_string(entry->end)) == 0 &&
           json_object_set_new(object, "links", build_links(entry)) == 0;
}

/* NULL: no memory. */
static json_t *build_entry(const struct pending_entry *entry) {
    char first[PARSE_TIME_SIZE];
    char last[PARSE_TIME_SIZE];
    parse_write_time(entry->first_us, false, first);
    parse_write_time(entry->last_us, false, last);
    json_t *object = json_pack("{s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:o}", "hash", entry->hash,
                               "path", entry->path, "args", entry->arguments, "pid",
                               (json_int_t)entry->pid, "count", (json_int_t)entry->count,
                               "first_time", first, "last_time", last, "asked", build_asked(entry));
    if (entry->end[0] != '\0' && !add_chain(object, entry)) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* NULL: no memory. */
static json_t *build_document(const struct pending *pending) {
    json_t *list = json_array();
    for (size_t i = 0; i < pending->count; i++) {
        if (json_array_append_new(list, build_entry(&pending->entries[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return json_pack("{s:i, s:o}", "version", PENDING_VERSION, "pending", list);
}

enum kc_error pending_write(const struct pending *pending, char **ret_text, size_t *ret_length) {
    json_auto_t *document = build_document(pending);
    size_t size = document == NULL ? 0 : json_dumpb(document, NULL, 0, JSON_INDENT(2));
    char *text = size == 0 ? NULL : malloc(size + 1);
    if (text == NULL) {
        return KC_NO_MEMORY;
    }
    if (json_dumpb(document, text, size, JSON_INDENT(2)) != size) {
        free(text);
        return KC_NO_MEMORY;
    }
    text[size] = '\n';
    *ret_text = text;
    *ret_length = size + 1;
    return KC_OK;
}
