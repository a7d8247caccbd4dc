/* SPDX-License-Identifier: MIT */
/*
 * Pending as a list in memory: one entry an identity, newest first, bounded in every direction.
 * Knows neither JSON nor files.
 */
#include "daemon/pending_internal.h"

#include "daemon/chain.h"
#include "libkc/parse.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define HASH_LENGTH     64
#define HASH_PREFIX_MIN 8

static void asked_clear(struct pending_asked *asked) {
    free(asked->action);
    free(asked->service);
    free(asked->target);
    *asked = (struct pending_asked){0};
}

void pending_entry_clear(struct pending_entry *entry) {
    if (entry == NULL) {
        return;
    }
    pending_links_clear(entry);
    free(entry->end);
    free(entry->id);
    free(entry->path);
    free(entry->hash);
    free(entry->arguments);
    for (size_t i = 0; i < entry->asked_count; i++) {
        asked_clear(&entry->asked[i]);
    }
    *entry = (struct pending_entry){0};
}

void pending_free(struct pending *pending) {
    if (pending == NULL) {
        return;
    }
    for (size_t i = 0; i < pending->count; i++) {
        pending_entry_clear(&pending->entries[i]);
    }
    free(pending);
}

size_t pending_count(const struct pending *pending) {
    return pending->count;
}

const struct pending_entry *pending_at(const struct pending *pending, size_t index) {
    return index < pending->count ? &pending->entries[index] : NULL;
}

enum kc_error pending_find(const struct pending *pending, const char *prefix,
                           const struct pending_entry **ret_entry) {
    size_t length = strlen(prefix);
    if (length < HASH_PREFIX_MIN || length > HASH_LENGTH || !parse_is_hex(prefix, length)) {
        return KC_INVALID;
    }
    const struct pending_entry *found = NULL;
    for (size_t i = 0; i < pending->count; i++) {
        const struct pending_entry *entry = &pending->entries[i];
        if (strncmp(entry->id, prefix, length) != 0) {
            continue;
        }
        if (found != NULL) {
            return KC_INVALID;
        }
        found = entry;
    }
    if (found == NULL) {
        return KC_NOT_FOUND;
    }
    *ret_entry = found;
    return KC_OK;
}

const struct pending_entry *pending_find_path(const struct pending *pending, const char *path) {
    for (size_t i = 0; i < pending->count; i++) {
        const struct pending_entry *entry = &pending->entries[i];
        if (entry->end[0] == '\0' && strcmp(entry->path, path) == 0) {
            return entry;
        }
    }
    return NULL;
}

size_t pending_index(const struct pending *pending, const char *path, const char *id) {
    size_t i = 0;
    while (i < pending->count && (strcmp(pending->entries[i].path, path) != 0 ||
                                  strcmp(pending->entries[i].id, id) != 0)) {
        i++;
    }
    return i;
}

/* Moves the entry out and closes the gap. */
static struct pending_entry take_out(struct pending *pending, size_t index) {
    struct pending_entry taken = pending->entries[index];
    pending->count--;
    memmove(&pending->entries[index], &pending->entries[index + 1],
            (pending->count - index) * sizeof taken);
    pending->entries[pending->count] = (struct pending_entry){0};
    return taken;
}

void pending_drop(struct pending *pending, size_t index) {
    struct pending_entry dropped = take_out(pending, index);
    pending_entry_clear(&dropped);
}

static bool is_expired(const struct pending_entry *entry, int64_t now_us) {
    return entry->last_us <= now_us - PENDING_AGE_US || entry->last_us > now_us + PENDING_AGE_US;
}

void pending_expire(struct pending *pending, int64_t now_us) {
    for (size_t i = pending->count; i > 0; i--) {
        if (is_expired(&pending->entries[i - 1], now_us)) {
            pending_drop(pending, i - 1);
        }
    }
}

void pending_insert(struct pending *pending, struct pending_entry *entry) {
    assert(pending->count <= PENDING_MAX);
    size_t at = 0;
    while (at < pending->count && pending->entries[at].last_us > entry->last_us) {
        at++;
    }
    memmove(&pending->entries[at + 1], &pending->entries[at],
            (pending->count - at) * sizeof *entry);
    pending->entries[at] = *entry;
    pending->count++;
    *entry = (struct pending_entry){0};
}

static enum kc_error copy_text(const char *text, size_t length, char **ret_copy) {
    char *copy = malloc(length + 1);
    if (copy == NULL) {
        return KC_NO_MEMORY;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    *ret_copy = copy;
    return KC_OK;
}

/* Where to cut so that neither a character nor an escape (\xNN, \uNNNN) is split. */
static size_t whole_length(const char *text, size_t length) {
    static const size_t longest_escape = 6;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
        length--;
    }
    for (size_t back = 1; back < longest_escape && back <= length; back++) {
        if (text[length - back] == '\\') {
            size_t whole = text[length - back + 1] == 'u' ? longest_escape : 4;
            return back < whole ? length - back : length;
        }
    }
    return length;
}

static enum kc_error copy_arguments(const char *arguments, char **ret_copy) {
    static const char dots[] = "...";
    size_t length = strlen(arguments);
    if (!parse_is_utf8(arguments, length)) {
        return copy_text("", 0, ret_copy);
    }
    if (length <= PENDING_ARGUMENTS_MAX) {
        return copy_text(arguments, length, ret_copy);
    }
    char cut[PENDING_ARGUMENTS_MAX + 1];
    length = whole_length(arguments, PENDING_ARGUMENTS_MAX - (sizeof dots - 1));
    memcpy(cut, arguments, length);
    memcpy(cut + length, dots, sizeof dots);
    return copy_text(cut, strlen(cut), ret_copy);
}

static bool is_asked(const struct pending_entry *entry, const struct pending_note *note) {
    for (size_t i = 0; i < entry->asked_count; i++) {
        const struct pending_asked *asked = &entry->asked[i];
        if (strcmp(asked->action, note->action) == 0 &&
            strcmp(asked->service, note->service) == 0 &&
            strcmp(asked->target, note->target) == 0) {
            return true;
        }
    }
    return false;
}

/* The oldest question gives way: what was denied last is what a person looks for. */
static enum kc_error add_asked(struct pending_entry *entry, const struct pending_note *note) {
    if (is_asked(entry, note)) {
        return KC_OK;
    }
    struct pending_asked asked = {0};
    enum kc_error error = copy_text(note->action, strlen(note->action), &asked.action);
    if (error == KC_OK) {
        error = copy_text(note->service, strlen(note->service), &asked.service);
    }
    if (error == KC_OK) {
        error = copy_text(note->target, strlen(note->target), &asked.target);
    }
    if (error != KC_OK) {
        asked_clear(&asked);
        return error;
    }
    if (entry->asked_count == PENDING_ASKED_MAX) {
        asked_clear(&entry->asked[0]);
        entry->asked_count--;
        memmove(&entry->asked[0], &entry->asked[1], entry->asked_count * sizeof asked);
    }
    entry->asked[entry->asked_count++] = asked;
    return KC_OK;
}

static bool is_listable(const struct pending_note *note) {
    size_t room = PENDING_PATHS_MAX;
    return pending_path_fits(note->path, &room) && parse_is_hex(note->hash, HASH_LENGTH) &&
           (note->chain == NULL || pending_chain_fits(note->chain, &room)) &&
           parse_is_utf8(note->action, strlen(note->action)) &&
           parse_is_utf8(note->service, strlen(note->service)) &&
           parse_is_utf8(note->target, strlen(note->target));
}

/* A binary by itself is told by its hash. */
static const char *id_of(const struct pending_note *note) {
    return note->chain == NULL ? note->hash : note->chain->id;
}

static enum kc_error start_entry(const struct pending_note *note, int64_t now_us,
                                 struct pending_entry *entry) {
    entry->first_us = now_us;
    entry->id = strdup(id_of(note));
    entry->path = strdup(note->path);
    entry->hash = strdup(note->hash);
    entry->end = strdup(note->chain == NULL ? "" : chain_end_word(note->chain->end));
    bool is_whole =
        entry->id != NULL && entry->path != NULL && entry->hash != NULL && entry->end != NULL;
    return is_whole ? KC_OK : KC_NO_MEMORY;
}

static enum kc_error note_again(const struct pending_note *note, int64_t now_us,
                                struct pending_entry *entry) {
    char *arguments = NULL;
    enum kc_error error = copy_arguments(note->arguments, &arguments);
    if (error != KC_OK) {
        return error;
    }
    free(entry->arguments);
    entry->arguments = arguments;
    entry->pid = note->pid;
    entry->count = note->times > INT64_MAX - entry->count ? INT64_MAX : entry->count + note->times;
    entry->last_us = now_us;
    error = note->chain == NULL ? KC_OK : pending_links_copy(note->chain, entry);
    return error == KC_OK ? add_asked(entry, note) : error;
}

enum kc_error pending_enter(struct pending *pending, const struct pending_note *note,
                            int64_t now_us) {
    if (!is_listable(note)) {
        return KC_OK;
    }
    struct pending_entry entry = {0};
    size_t index = pending_index(pending, note->path, id_of(note));
    enum kc_error error = KC_OK;
    if (index < pending->count) {
        entry = take_out(pending, index);
    } else {
        error = start_entry(note, now_us, &entry);
    }
    if (error == KC_OK) {
        error = note_again(note, now_us, &entry);
    }
    if (error == KC_OK) {
        pending_insert(pending, &entry);
        if (pending->count > PENDING_MAX) {
            pending_drop(pending, PENDING_MAX);
        }
    }
    pending_entry_clear(&entry);
    return error;
}
