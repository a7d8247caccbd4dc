/* SPDX-License-Identifier: MIT */
/*
 * pending.json: the list's text, and its file. Every change reads, edits and replaces the
 * file under its lock. What the list does with an entry is pending_list's to know.
 */
#include "daemon/pending.h"

#include "daemon/edit_lock.h"
#include "daemon/pending_internal.h"
#include "libkc/message_memory.h"
#include "libkc/parse.h"
#include "libkc/protocol.h"
#include "platform/file.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT_VERSION 1
#define HASH_LENGTH    64
#define DAMAGED_SUFFIX ".damaged"

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

/* `entry` is zeroed; on failure it is half-built, and pending_entry_clear() takes it so. */
static enum kc_error read_entry(const json_t *object, struct pending_entry *entry) {
    enum kc_error error = read_text(object, "path", PENDING_PATH_MAX, &entry->path);
    if (error == KC_OK) {
        error = read_text(object, "hash", HASH_LENGTH, &entry->hash);
    }
    if (error == KC_OK && (entry->path[0] != '/' || !parse_is_hex(entry->hash, HASH_LENGTH))) {
        error = KC_DAMAGED;
    }
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
    if (error == KC_OK && pending_index(pending, entry.path, entry.hash) < pending->count) {
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
    if (!json_is_integer(version) || json_integer_value(version) != FORMAT_VERSION ||
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

/* NULL: no memory. */
static json_t *build_entry(const struct pending_entry *entry) {
    char first[PARSE_TIME_SIZE];
    char last[PARSE_TIME_SIZE];
    parse_write_time(entry->first_us, false, first);
    parse_write_time(entry->last_us, false, last);
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:o}", "hash", entry->hash, "path",
                     entry->path, "args", entry->arguments, "pid", (json_int_t)entry->pid, "count",
                     (json_int_t)entry->count, "first_time", first, "last_time", last, "asked",
                     build_asked(entry));
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
    return json_pack("{s:i, s:o}", "version", FORMAT_VERSION, "pending", list);
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

static enum kc_error load_all(const char *path, struct pending **ret_pending) {
    struct file_bytes bytes = {0};
    enum kc_error error = file_read(path, FILE_SECRET, PENDING_SIZE_MAX, &bytes);
    if (error == KC_OK || error == KC_NOT_FOUND) {
        error = pending_parse(bytes.bytes, bytes.length, ret_pending);
    }
    file_bytes_clear(&bytes);
    return error == KC_TOO_BIG ? KC_DAMAGED : error;
}

enum kc_error pending_load(const char *path, int64_t now_us, struct pending **ret_pending) {
    KC_AUTO(pending) pending = NULL;
    enum kc_error error = load_all(path, &pending);
    if (error == KC_OK) {
        pending_expire(pending, now_us);
        *ret_pending = pending;
        pending = NULL;
    }
    return error;
}

static enum kc_error save(const char *path, const struct pending *pending) {
    char *text = NULL;
    size_t length = 0;
    enum kc_error error = pending_write(pending, &text, &length);
    if (error == KC_OK) {
        error = file_replace(path, text, length);
    }
    free(text);
    return error;
}

static enum kc_error put_aside(const char *path) {
    size_t length = strlen(path);
    char *aside = malloc(length + sizeof DAMAGED_SUFFIX);
    if (aside == NULL) {
        return KC_NO_MEMORY;
    }
    memcpy(aside, path, length);
    memcpy(aside + length, DAMAGED_SUFFIX, sizeof DAMAGED_SUFFIX);
    enum kc_error error = rename(path, aside) == 0 ? KC_OK : KC_IO;
    free(aside);
    return error;
}

static enum kc_error load_or_begin(const char *path, int64_t now_us, struct pending **ret_pending) {
    enum kc_error error = pending_load(path, now_us, ret_pending);
    if (error == KC_DAMAGED || error == KC_UNSAFE) {
        error = put_aside(path);
        if (error == KC_OK) {
            error = pending_parse("", 0, ret_pending);
        }
    }
    return error;
}

enum kc_error pending_add(const char *path, const struct pending_note *notes, size_t count,
                          int64_t now_us, unsigned wait_ms) {
    KC_AUTO(file_lock) lock = NULL;
    KC_AUTO(pending) pending = NULL;
    enum kc_error error = edit_lock_take(path, wait_ms, &lock);
    if (error == KC_OK) {
        error = load_or_begin(path, now_us, &pending);
    }
    for (size_t i = 0; i < count && error == KC_OK; i++) {
        error = pending_enter(pending, &notes[i], now_us);
    }
    return error == KC_OK ? save(path, pending) : error;
}

enum kc_error pending_remove(const char *path, const char *binary_path, const char *hash) {
    KC_AUTO(file_lock) lock = NULL;
    KC_AUTO(pending) pending = NULL;
    enum kc_error error = edit_lock_take(path, EDIT_LOCK_WAIT_MS, &lock);
    if (error == KC_OK) {
        error = load_all(path, &pending);
    }
    if (error != KC_OK) {
        return error;
    }
    size_t index = pending_index(pending, binary_path, hash);
    if (index == pending->count) {
        return KC_NOT_FOUND;
    }
    pending_drop(pending, index);
    return save(path, pending);
}
