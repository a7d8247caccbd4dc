/* SPDX-License-Identifier: MIT */
/*
 * Proves a record from the first line of its first file to the length that its last file had
 * when we looked; records that are written meanwhile belong to the next proof.
 */
#include "daemon/audit.h"

#include "daemon/audit_chain.h"
#include "daemon/audit_files.h"
#include "daemon/audit_reader.h"
#include "platform/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_WAIT_MS 5000

/* A record as it stood at one moment. */
struct standing {
    struct audit_files *files;
    struct audit_reader *current; /* NULL: the last of them isn't there */
};

static void standing_clear(struct standing *standing) {
    audit_reader_free(standing->current);
    audit_files_free(standing->files);
}

static enum kc_error lock(const char *path, struct file_lock **ret_lock) {
    size_t size = strlen(path) + sizeof ".lock";
    char *lock_path = malloc(size);
    if (lock_path == NULL) {
        return KC_NO_MEMORY;
    }
    (void)snprintf(lock_path, size, "%s.lock", path);
    enum kc_error error = file_lock(lock_path, LOCK_WAIT_MS, ret_lock);
    free(lock_path);
    return error;
}

/* Under the writers' lock, so that it doesn't end in half a batch, or half a rotation. */
static enum kc_error look(const char *path, struct standing *standing) {
    KC_AUTO(audit_files) files = NULL;
    KC_AUTO(file_lock) held = NULL;
    enum kc_error error = audit_files_new(path, &files);
    if (error == KC_OK && files->count == 0) {
        error = KC_NOT_FOUND; /* and the lock shouldn't be made either */
    }
    if (error == KC_OK) {
        error = lock(path, &held);
    }
    if (error == KC_OK) {
        error = audit_files_new(path, &standing->files);
    }
    if (error != KC_OK) {
        return error;
    }
    size_t count = standing->files->count;
    const struct audit_file *last = count > 0 ? &standing->files->list[count - 1] : NULL;
    return last != NULL && last->number == 0 ? audit_reader_open(last, &standing->current) : KC_OK;
}

static enum kc_error walk(struct audit_reader *reader, struct audit_chain *chain,
                          char why[KC_MESSAGE_MAX]) {
    struct audit_piece piece;
    enum kc_error error = KC_OK;
    chain->before = chain->line;
    while (error == KC_OK && (error = audit_reader_next(reader, &piece)) == KC_OK) {
        error = audit_chain_step(chain, piece.text, piece.length, why);
    }
    return error == KC_END ? audit_chain_end(chain, why) : error;
}

static enum kc_error walk_old(const struct audit_file *file, struct audit_chain *chain,
                              char why[KC_MESSAGE_MAX]) {
    KC_AUTO(audit_reader) reader = NULL;
    enum kc_error error = audit_reader_open(file, &reader);
    if (error == KC_OK) {
        error = walk(reader, chain, why);
    }
    if ((error == KC_DAMAGED && why[0] == '\0') || error == KC_TOO_BIG) {
        (void)snprintf(why, KC_MESSAGE_MAX, "%s can't be unpacked: it was cut off or changed",
                       audit_files_label(file->path));
        return KC_DAMAGED;
    }
    return error;
}

/* A rotation never leaves it missing or empty. */
static enum kc_error miss_current(const struct audit_chain *chain, const char *state,
                                  const char *path, char why[KC_MESSAGE_MAX]) {
    (void)snprintf(why, KC_MESSAGE_MAX,
                   "%s %s, and the record goes on in it behind number %llu; it was removed or "
                   "replaced",
                   audit_files_label(path), state, (unsigned long long)chain->place.seq);
    return KC_DAMAGED;
}

static enum kc_error walk_all(const struct standing *standing, struct audit_chain *chain,
                              char why[KC_MESSAGE_MAX]) {
    const struct audit_files *files = standing->files;
    enum kc_error error = KC_OK;
    for (size_t i = 0; error == KC_OK && i < files->count; i++) {
        const struct audit_file *file = &files->list[i];
        chain->label = files->count > 1 ? audit_files_label(file->path) : NULL;
        error = file->number > 0 ? walk_old(file, chain, why) : walk(standing->current, chain, why);
    }
    if (error != KC_OK) {
        return error;
    }
    if (standing->current == NULL) {
        return miss_current(chain, "isn't there", files->path, why);
    }
    bool is_first = files->count == 1;
    return !is_first && chain->line == chain->before
               ? miss_current(chain, "is empty", files->path, why)
               : KC_OK;
}

enum kc_error audit_prove(const char *path, struct audit_proof *ret_proof,
                          char why[KC_MESSAGE_MAX]) {
    struct standing standing = {.files = NULL};
    struct audit_chain chain;
    audit_chain_begin(&chain);
    why[0] = '\0';
    enum kc_error error = look(path, &standing);
    if (error == KC_OK) {
        error = walk_all(&standing, &chain, why);
        if (error == KC_OK || error == KC_DAMAGED) {
            *ret_proof = (struct audit_proof){
                .lines = chain.proven, .last = chain.place, .files = standing.files->count};
        }
    }
    standing_clear(&standing);
    return error;
}

enum kc_error audit_verify(const char *path, uint64_t *ret_lines, char why[KC_MESSAGE_MAX]) {
    struct audit_proof proof = {.lines = 0};
    enum kc_error error = audit_prove(path, &proof, why);
    if (error == KC_OK || error == KC_DAMAGED) {
        *ret_lines = proof.lines;
    }
    return error;
}
