/* SPDX-License-Identifier: MIT */
/*
 * Keeps the file open that is written. When another one stands in its place the rest of the old one
 * is read from the open handle, whatever its name is now, and then those whose first record comes
 * next.
 */
#include "daemon/admin/audit_trail.h"

#include "daemon/admin/audit_filter.h"
#include "daemon/audit.h"
#include "daemon/audit_files.h"
#include "daemon/audit_reader.h"
#include "daemon/audit_view.h"
#include "platform/file.h"

#include <stdlib.h>
#include <string.h>

struct audit_trail {
    const struct audit_trail_plan *plan;
    struct file_log *log; /* the one that is written; NULL: there was none */
    uint64_t offset;      /* in it, behind the last whole line */
    uint64_t last_seq;
    uint64_t skip;    /* so many that match aren't visited */
    uint64_t matched; /* so many did */
};

enum kc_error audit_trail_new(const struct audit_trail_plan *plan, struct audit_trail **ret_trail) {
    struct audit_trail *trail = calloc(1, sizeof *trail);
    if (trail == NULL) {
        return KC_NO_MEMORY;
    }
    trail->plan = plan;
    *ret_trail = trail;
    return KC_OK;
}

void audit_trail_free(struct audit_trail *trail) {
    if (trail == NULL) {
        return;
    }
    file_log_free(trail->log);
    free(trail);
}

static void meet(struct audit_trail *trail, const struct audit_line_seen *line) {
    if (trail->matched >= trail->skip) {
        trail->plan->visit(line, trail->plan->context);
    }
    trail->matched++;
}

static void look_at(struct audit_trail *trail, const struct audit_piece *piece) {
    const struct audit_trail_plan *plan = trail->plan;
    struct audit_view view;
    struct audit_line_seen line = {.text = piece->text, .length = piece->length};
    if (piece->length > AUDIT_LINE_MAX ||
        audit_view_open(&view, piece->text, piece->length) != KC_OK) {
        if (!plan->only_records && audit_filter_is_empty(plan->filter)) {
            meet(trail, &line);
        }
        return;
    }
    (void)audit_view_number(&view, AUDIT_SEQ, &trail->last_seq);
    line.view = &view;
    if (audit_filter_matches(plan->filter, &view)) {
        meet(trail, &line);
    }
    audit_view_close(&view);
}

/* To the end; `ret_end` is behind the last whole line. */
static enum kc_error read_lines(struct audit_trail *trail, struct audit_reader *reader,
                                uint64_t *ret_end) {
    struct audit_piece piece;
    enum kc_error error = KC_OK;
    while ((error = audit_reader_next(reader, &piece)) == KC_OK) {
        if (!piece.is_whole && piece.length <= AUDIT_LINE_MAX) {
            return KC_OK; /* somebody is writing it */
        }
        *ret_end = piece.offset + piece.length + 1;
        look_at(trail, &piece);
    }
    return error == KC_END ? KC_OK : error;
}

static enum kc_error read_old(struct audit_trail *trail, const struct audit_file *file) {
    KC_AUTO(audit_reader) reader = NULL;
    uint64_t end = 0;
    enum kc_error error = audit_reader_open(file, &reader);
    return error == KC_OK ? read_lines(trail, reader, &end) : error;
}

/* From the offset on. */
static enum kc_error read_current(struct audit_trail *trail) {
    KC_AUTO(audit_reader) reader = NULL;
    enum kc_error error = file_log_measure(trail->log);
    if (error == KC_OK && file_log_size(trail->log) < trail->offset) {
        trail->offset = 0; /* it was written anew */
    }
    if (error == KC_OK) {
        error = audit_reader_new(trail->log, trail->offset, &reader);
    }
    return error == KC_OK ? read_lines(trail, reader, &trail->offset) : error;
}

/* KC_NOT_FOUND. The file that is written is opened before the others are listed: what gets a
 * number in between is the one that is open, and comes last. */
static enum kc_error open_current(struct audit_trail *trail) {
    file_log_free(trail->log);
    trail->log = NULL;
    trail->offset = 0;
    return file_log_open_old(trail->plan->path, &trail->log);
}

static enum kc_error read_all(struct audit_trail *trail) {
    KC_AUTO(audit_files) files = NULL;
    enum kc_error opened = open_current(trail);
    if (opened != KC_OK && opened != KC_NOT_FOUND) {
        return opened;
    }
    enum kc_error error = audit_files_new(trail->plan->path, &files);
    if (error == KC_OK && opened == KC_NOT_FOUND && files->count == 0) {
        return KC_NOT_FOUND;
    }
    for (size_t i = 0; error == KC_OK && i < files->count; i++) {
        const struct audit_file *file = &files->list[i];
        if (file->number == 0 || (trail->log != NULL && file_log_is_at(trail->log, file->path))) {
            break;
        }
        error = read_old(trail, file);
    }
    return error == KC_OK && trail->log != NULL ? read_current(trail) : error;
}

enum kc_error audit_trail_walk(struct audit_trail *trail, uint64_t count) {
    enum kc_error error = KC_OK;
    if (count != UINT64_MAX) {
        trail->skip = UINT64_MAX;
        error = read_all(trail);
        trail->skip = trail->matched > count ? trail->matched - count : 0;
        trail->matched = 0;
    }
    if (error == KC_OK) {
        error = read_all(trail);
    }
    trail->skip = 0;
    return error;
}

static uint64_t first_seq(const struct audit_file *file) {
    KC_AUTO(audit_reader) reader = NULL;
    struct audit_piece piece;
    struct audit_links links = {.seq = 0};
    if (audit_reader_open(file, &reader) != KC_OK || audit_reader_next(reader, &piece) != KC_OK ||
        piece.length > AUDIT_LINE_MAX ||
        audit_read_links(piece.text, piece.length, &links) != KC_OK) {
        return 0;
    }
    return links.seq;
}

/* Closed files that came behind what was read last and before `next`; mostly none. */
static enum kc_error read_between(struct audit_trail *trail, const struct file_log *next) {
    KC_AUTO(audit_files) files = NULL;
    enum kc_error error = audit_files_new(trail->plan->path, &files);
    if (error != KC_OK) {
        return error;
    }
    size_t start = files->count;
    while (start > 0 && (files->list[start - 1].number == 0 ||
                         first_seq(&files->list[start - 1]) > trail->last_seq)) {
        start--;
    }
    for (size_t i = start; error == KC_OK && i < files->count; i++) {
        const struct audit_file *file = &files->list[i];
        if (file->number == 0 || file_log_is_at(next, file->path)) {
            break;
        }
        error = read_old(trail, file);
    }
    return error;
}

enum kc_error audit_trail_go_on(struct audit_trail *trail) {
    KC_AUTO(file_log) next = NULL;
    const char *path = trail->plan->path;
    bool is_same = trail->log != NULL && file_log_is_at(trail->log, path);
    enum kc_error error = trail->log != NULL ? read_current(trail) : KC_OK;
    if (error != KC_OK || is_same) {
        return error;
    }
    error = file_log_open_old(path, &next);
    if (error == KC_NOT_FOUND) {
        return KC_OK; /* not yet, or not any more */
    }
    if (error == KC_OK) {
        error = read_between(trail, next);
    }
    if (error != KC_OK) {
        return error;
    }
    file_log_free(trail->log);
    trail->log = next;
    trail->offset = 0;
    next = NULL;
    return read_current(trail);
}
