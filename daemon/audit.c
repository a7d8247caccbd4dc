/* SPDX-License-Identifier: MIT */
/*
 * The log as it stands on the disk. What we believe about its end is only used while the file
 * is exactly as long as we left it; after anything else (another program of ours wrote, a write
 * failed, the file was replaced) the end is read anew, under the lock.
 */
#include "daemon/audit.h"

#include "daemon/audit_files.h"
#include "daemon/audit_head.h"
#include "daemon/audit_line.h"
#include "daemon/audit_reader.h"
#include "daemon/audit_rotate.h"
#include "daemon/exchange.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "platform/self.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

#define LOCK_WAIT_MS 2000
#define DAY_US       (INT64_C(86400) * 1000000)
#define RETRY_MS     60000

struct audit {
    mtx_t mutex;
    bool has_mutex;
    char *path;
    char *lock_path;
    struct file_log *log;     /* NULL: the end isn't known */
    struct audit_place place; /* of its last record */
    uint64_t size;            /* of the log behind it; 0: we haven't written yet */
    struct audit_limits limits;
    int64_t begun_us;  /* when the first record of the log was written; 0: not known */
    uint64_t retry_ms; /* no rotation is tried before, because one has failed */
    atomic_ullong rotations;
};

static enum kc_error write_lines(struct audit *audit, const struct audit_lines *lines) {
    enum kc_error error = file_log_append(audit->log, lines->text, lines->length);
    if (error == KC_OK) {
        error = file_log_sync(audit->log);
    }
    if (error == KC_OK) {
        audit->place = lines->place;
        audit->size = file_log_size(audit->log);
    }
    return error;
}

static struct audit_writer own_writer(void) {
    return (struct audit_writer){.pid = self_number(), .uid = self_user()};
}

/* A record about the log itself. */
static enum kc_error write_repair(struct audit *audit, const struct audit_tail *tail,
                                  const struct audit_note *note, const char *torn) {
    struct audit_lines lines = {.place = audit->place, .now_us = clock_wall_us()};
    const struct audit_writer writer = own_writer();
    enum kc_error error = tail->is_unfinished ? audit_lines_newline(&lines) : KC_OK;
    if (error == KC_OK) {
        error = audit_lines_note(&lines, &writer, note, torn);
    }
    if (error == KC_OK) {
        error = write_lines(audit, &lines);
    }
    audit_lines_clear(&lines);
    return error;
}

/* What we wrote last isn't there any more. */
static bool has_lost(const struct audit *audit) {
    const struct audit_head known = {.place = audit->place, .size = audit->size};
    return audit->size > 0 && audit_head_check(audit->log, &known) == KC_CHANGED &&
           audit_head_check_file(audit->path, &known) == KC_CHANGED;
}

/* Makes the log end in a whole record that follows from what we wrote before. `is_other`: it isn't
 * the file that should be there. */
static enum kc_error mend(struct audit *audit, const struct audit_tail *tail, bool is_other) {
    const struct audit_place before = audit->place;
    is_other = is_other || has_lost(audit);
    audit->place = tail->place;
    if (tail->torn[0] != '\0') {
        const struct audit_note note = {.event = "torn_line",
                                        .message = "the line before was not finished"};
        return write_repair(audit, tail, &note, tail->torn);
    }
    if (is_other || tail->place.seq < before.seq) {
        char message[128];
        (void)snprintf(message, sizeof message, "the last record was number %llu before",
                       (unsigned long long)(before.seq > 0 ? before.seq : tail->place.seq));
        const struct audit_note note = {.event = "log_replaced", .message = message};
        return write_repair(audit, tail, &note, NULL);
    }
    return tail->is_unfinished ? file_log_append(audit->log, "\n", 1) : KC_OK;
}

/* A log without a record goes on where the newest closed file ends. A rotation doesn't leave one:
 * it was taken away. What can't be read there, audit_prove() tells. */
static enum kc_error find_earlier(const struct audit *audit, struct audit_tail *tail,
                                  bool *ret_is_other) {
    KC_AUTO(audit_files) files = NULL;
    struct audit_tail earlier;
    enum kc_error error = audit_files_new(audit->path, &files);
    if (error != KC_OK) {
        return error;
    }
    for (size_t i = files->count; i > 0; i--) {
        const struct audit_file *file = &files->list[i - 1];
        if (file->number > 0) {
            *ret_is_other = true;
            error = audit_find_file_tail(file, &earlier);
            if (error == KC_OK) {
                tail->place = earlier.place;
            }
            return error == KC_NO_MEMORY ? error : KC_OK;
        }
    }
    return KC_OK;
}

static enum kc_error reopen(struct audit *audit) {
    struct audit_tail tail;
    bool is_other = false;
    enum kc_error error = file_log_open(audit->path, &audit->log);
    if (error == KC_OK) {
        error = audit_find_tail(audit->log, &tail);
    }
    if (error == KC_OK && tail.place.seq == 0) {
        error = find_earlier(audit, &tail, &is_other);
    }
    if (error == KC_OK) {
        error = audit_begun(audit->log, &audit->begun_us);
    }
    if (error == KC_OK) {
        error = mend(audit, &tail, is_other);
    }
    return error;
}

static void forget(struct audit *audit) {
    file_log_free(audit->log);
    audit->log = NULL;
}

/* Under the lock: the end of the log is known and whole. */
static enum kc_error refresh(struct audit *audit) {
    if (audit->log != NULL && file_log_is_current(audit->log)) {
        return KC_OK;
    }
    forget(audit);
    enum kc_error error = reopen(audit);
    if (error != KC_OK) {
        forget(audit);
    }
    return error;
}

static enum kc_error make_parent(const char *path) {
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path) {
        return KC_OK;
    }
    char *parent = strndup(path, (size_t)(slash - path));
    if (parent == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = file_make_directory(parent);
    free(parent);
    return error;
}

static enum kc_error prepare(struct audit *audit, const char *path) {
    size_t lock_size = strlen(path) + sizeof ".lock";
    audit->path = strdup(path);
    audit->lock_path = malloc(lock_size);
    if (audit->path == NULL || audit->lock_path == NULL) {
        return KC_NO_MEMORY;
    }
    (void)snprintf(audit->lock_path, lock_size, "%s.lock", path);
    audit->has_mutex = mtx_init(&audit->mutex, mtx_plain) == thrd_success;
    if (!audit->has_mutex) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = make_parent(path);
    KC_AUTO(file_lock) lock = NULL;
    if (error == KC_OK) {
        error = file_lock(audit->lock_path, LOCK_WAIT_MS, &lock);
    }
    if (error == KC_OK) {
        error = file_replace_sweep(path); /* what a rotation that crashed left */
    }
    return error != KC_OK ? error : refresh(audit);
}

enum kc_error audit_open(const char *path, struct audit **ret_audit) {
    KC_AUTO(audit) audit = calloc(1, sizeof *audit);
    if (audit == NULL) {
        return KC_NO_MEMORY;
    }
    enum kc_error error = prepare(audit, path);
    if (error == KC_OK) {
        *ret_audit = audit;
        audit = NULL;
    }
    return error;
}

void audit_free(struct audit *audit) {
    if (audit == NULL) {
        return;
    }
    forget(audit);
    if (audit->has_mutex) {
        mtx_destroy(&audit->mutex);
    }
    free(audit->path);
    free(audit->lock_path);
    free(audit);
}

/* What is to be written: exchanges, or one note. */
struct batch {
    struct exchange *const *exchanges;
    size_t count;
    const struct audit_note *note;
};

static enum kc_error build(const struct batch *batch, struct audit_lines *lines) {
    if (batch->note != NULL) {
        struct audit_writer writer = own_writer();
        writer.pid = batch->note->pid != 0 ? batch->note->pid : writer.pid;
        return audit_lines_note(lines, &writer, batch->note, NULL);
    }
    enum kc_error error = KC_OK;
    for (size_t i = 0; i < batch->count && error == KC_OK; i++) {
        size_t lines_before = lines->count;
        struct record *record = &batch->exchanges[i]->record;
        record->first_seq = lines->place.seq + 1;
        error = audit_lines_exchange(lines, batch->exchanges[i]);
        record->lines = lines->count - lines_before;
    }
    return error;
}

static bool is_due(const struct audit *audit, int64_t now_us) {
    const struct audit_limits *limits = &audit->limits;
    bool is_long = limits->bytes > 0 && file_log_size(audit->log) >= limits->bytes;
    bool is_old = limits->days > 0 && audit->begun_us > 0 &&
                  now_us - audit->begun_us >= (int64_t)limits->days * DAY_US;
    return (is_long || is_old) && clock_monotonic_ms() >= audit->retry_ms;
}

/* Closes the log and begins a new one. Where that can't be done the old one is as good; which of
 * them stands there now is looked up in any case. */
static enum kc_error rotate(struct audit *audit) {
    const struct audit_writer writer = own_writer();
    struct audit_head head = {.place = audit->place, .size = file_log_size(audit->log)};
    enum kc_error error = audit_rotate(audit->path, &writer, &head);
    if (error == KC_NO_MEMORY) {
        return error;
    }
    if (error == KC_OK) {
        audit->place = head.place;
        audit->size = head.size;
        atomic_fetch_add(&audit->rotations, 1);
    } else {
        audit->retry_ms = clock_monotonic_ms() + RETRY_MS;
    }
    return refresh(audit);
}

static enum kc_error write_batch(struct audit *audit, const struct batch *batch) {
    KC_AUTO(file_lock) lock = NULL;
    enum kc_error error = file_lock(audit->lock_path, LOCK_WAIT_MS, &lock);
    if (error == KC_OK) {
        error = refresh(audit);
    }
    if (error != KC_OK) {
        return error;
    }
    int64_t now_us = clock_wall_us();
    error = is_due(audit, now_us) ? rotate(audit) : KC_OK;
    if (error != KC_OK) {
        return error;
    }
    struct audit_lines lines = {.place = audit->place, .now_us = now_us};
    error = build(batch, &lines);
    if (error == KC_OK) {
        error = write_lines(audit, &lines);
        if (error != KC_OK) {
            forget(audit);
        }
    }
    audit_lines_clear(&lines);
    return error;
}

/* Whatever went wrong, the caller can do one thing only: not to answer. */
static enum kc_error write_excluded(struct audit *audit, const struct batch *batch) {
    if (mtx_lock(&audit->mutex) != thrd_success) {
        return KC_IO;
    }
    enum kc_error error = write_batch(audit, batch);
    (void)mtx_unlock(&audit->mutex);
    return error == KC_OK ? KC_OK : KC_IO;
}

enum kc_error audit_append(struct audit *audit, struct exchange *const *batch, size_t count) {
    if (count == 0) {
        return KC_OK;
    }
    const struct batch exchanges = {.exchanges = batch, .count = count};
    enum kc_error error = write_excluded(audit, &exchanges);
    for (size_t i = 0; i < count && error != KC_OK; i++) {
        batch[i]->record = (struct record){.first_seq = 0};
    }
    return error;
}

enum kc_error audit_note(struct audit *audit, const struct audit_note *note) {
    const struct batch one = {.note = note};
    return write_excluded(audit, &one);
}

static enum kc_error look(struct audit *audit, struct audit_head *ret_head) {
    KC_AUTO(file_lock) lock = NULL;
    enum kc_error error = file_lock(audit->lock_path, LOCK_WAIT_MS, &lock);
    if (error == KC_OK) {
        error = refresh(audit);
    }
    if (error == KC_OK) {
        *ret_head = (struct audit_head){.place = audit->place, .size = file_log_size(audit->log)};
    }
    return error;
}

enum kc_error audit_look(struct audit *audit, struct audit_head *ret_head) {
    if (mtx_lock(&audit->mutex) != thrd_success) {
        return KC_IO;
    }
    enum kc_error error = look(audit, ret_head);
    (void)mtx_unlock(&audit->mutex);
    return error == KC_OK ? KC_OK : KC_IO;
}

void audit_limit(struct audit *audit, const struct audit_limits *limits) {
    audit->limits = *limits;
}

uint64_t audit_rotations(const struct audit *audit) {
    return atomic_load(&audit->rotations);
}
