/* SPDX-License-Identifier: MIT */
/* One look at one line: however long the log has become, this costs the same. */
#include "daemon/audit_head.h"

#include "daemon/audit.h"
#include "platform/file.h"

#include <stdlib.h>
#include <string.h>

/* A record, its newline, and the newline in front of it. */
#define LOOK_SIZE ((size_t)AUDIT_WRITTEN_MAX + 2)

/* The line that ends at `head->size`, in the buffer that was read up to there. */
static enum kc_error check_line(const char *bytes, size_t length, const struct audit_head *head) {
    if (length < 2 || bytes[length - 1] != '\n') {
        return KC_CHANGED;
    }
    size_t end = length - 1;
    size_t start = end;
    while (start > 0 && bytes[start - 1] != '\n') {
        start--;
    }
    struct audit_links links;
    char hash[HASH_TEXT_SIZE];
    enum kc_error error = audit_read_links(bytes + start, end - start, &links);
    if (error == KC_OK) {
        error = audit_hash(bytes + start, end - start, hash);
    }
    if (error != KC_OK) {
        return error == KC_DAMAGED ? KC_CHANGED : error;
    }
    bool is_same = links.seq == head->place.seq && strcmp(hash, head->place.hash) == 0;
    return is_same ? KC_OK : KC_CHANGED;
}

enum kc_error audit_head_check(const struct file_log *log, const struct audit_head *head) {
    if (head->place.seq == 0) {
        return KC_OK;
    }
    size_t length = head->size < LOOK_SIZE ? (size_t)head->size : LOOK_SIZE;
    char *bytes = malloc(length + 1);
    if (bytes == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = file_log_read(log, head->size - length, bytes, length);
    if (error == KC_OK) {
        error = check_line(bytes, length, head);
    }
    free(bytes);
    return error == KC_END ? KC_CHANGED : error;
}

enum kc_error audit_head_check_file(const char *path, const struct audit_head *head) {
    KC_AUTO(file_log) log = NULL;
    enum kc_error error = file_log_open(path, &log);
    return error == KC_OK ? audit_head_check(log, head) : error;
}
