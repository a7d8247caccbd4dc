/* SPDX-License-Identifier: MIT */
/*
 * Proves a log from its first line to the length that it had when we looked; records that are
 * written meanwhile belong to the next proof.
 */
#include "daemon/audit.h"

#include "daemon/audit_chain.h"
#include "daemon/audit_reader.h"
#include "platform/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_WAIT_MS 5000

/* Under the writers' lock, so that the log doesn't end in half a batch. */
static enum kc_error open_whole(const char *path, struct file_log **ret_log) {
    const struct file_stamp nothing = {.words = {0}};
    struct file_stamp stamp;
    enum kc_error error = file_stamp(path, &stamp);
    if (error == KC_OK && file_stamp_equal(&stamp, &nothing)) {
        error = KC_NOT_FOUND; /* file_log_open() would make it */
    }
    if (error != KC_OK) {
        return error;
    }
    size_t lock_size = strlen(path) + sizeof ".lock";
    char *lock_path = malloc(lock_size);
    if (lock_path == NULL) {
        return KC_NO_MEMORY;
    }
    (void)snprintf(lock_path, lock_size, "%s.lock", path);
    KC_AUTO(file_lock) lock = NULL;
    error = file_lock(lock_path, LOCK_WAIT_MS, &lock);
    free(lock_path);
    return error != KC_OK ? error : file_log_open(path, ret_log);
}

static enum kc_error walk(struct audit_reader *reader, struct audit_chain *chain,
                          char why[KC_MESSAGE_MAX]) {
    struct audit_piece piece;
    enum kc_error error = KC_OK;
    while (error == KC_OK && (error = audit_reader_next(reader, &piece)) == KC_OK) {
        error = audit_chain_step(chain, piece.text, piece.length, why);
    }
    return error == KC_END ? audit_chain_end(chain, why) : error;
}

enum kc_error audit_verify(const char *path, uint64_t *ret_lines, char why[KC_MESSAGE_MAX]) {
    KC_AUTO(file_log) log = NULL;
    KC_AUTO(audit_reader) reader = NULL;
    why[0] = '\0';
    enum kc_error error = open_whole(path, &log);
    if (error == KC_OK) {
        error = audit_reader_new(log, 0, &reader);
    }
    if (error != KC_OK) {
        return error;
    }
    struct audit_chain chain;
    audit_chain_begin(&chain);
    error = walk(reader, &chain, why);
    if (error == KC_OK || error == KC_DAMAGED) {
        *ret_lines = chain.proven;
    }
    return error;
}
