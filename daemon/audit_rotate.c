/* SPDX-License-Identifier: MIT */
/*
 * Three steps, each of which leaves a record that holds and that can be written to:
 *
 *     1. the new file is made, whole and durable, under a name of its own
 *     2. the file that is full gets a second name, its number
 *     3. the new file takes the first name, in one step (rename(2))
 *
 * After a crash behind 1 the new file is swept away. Behind 2 one file has both names, and goes
 * on being written; the next rotation finds its number given already. There is always a file
 * under the first name, so that nobody can take it away and have it look like a rotation.
 */
#include "daemon/audit_rotate.h"

#include "daemon/audit.h"
#include "daemon/audit_files.h"
#include "daemon/audit_head.h"
#include "daemon/audit_line.h"
#include "daemon/audit_reader.h"
#include "daemon/audit_view.h"
#include "libkc/parse.h"
#include "platform/clock.h"
#include "platform/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum kc_error read_time(const struct audit_piece *piece, int64_t *ret_begun_us) {
    struct audit_view view;
    char time[PARSE_TIME_SIZE];
    enum kc_error error = audit_view_open(&view, piece->text, piece->length);
    if (error != KC_OK) {
        return error == KC_DAMAGED ? KC_OK : error;
    }
    int64_t begun_us = 0;
    if (audit_view_copy(&view, AUDIT_TIME, time, sizeof time) &&
        parse_time(time, &begun_us) == KC_OK) {
        *ret_begun_us = begun_us;
    }
    audit_view_close(&view);
    return KC_OK;
}

enum kc_error audit_begun(const struct file_log *log, int64_t *ret_begun_us) {
    KC_AUTO(audit_reader) reader = NULL;
    struct audit_piece piece;
    int64_t begun_us = 0;
    enum kc_error error = audit_reader_new(log, 0, &reader);
    if (error == KC_OK) {
        error = audit_reader_next(reader, &piece);
    }
    if (error == KC_OK && piece.length <= AUDIT_LINE_MAX) {
        error = read_time(&piece, &begun_us);
    }
    if (error == KC_OK || error == KC_END) {
        *ret_begun_us = begun_us;
        return KC_OK;
    }
    return error;
}

/* Step 2. */
static enum kc_error give_number(const struct audit_files *files, uint64_t number) {
    char *name = NULL;
    if (files->unfinished == number) {
        return KC_OK;
    }
    enum kc_error error = audit_files_name(files->path, number, false, &name);
    if (error == KC_OK) {
        error = file_link(files->path, name);
    }
    free(name);
    return error;
}

static enum kc_error build(struct audit_lines *lines, const struct audit_writer *writer,
                           uint64_t number) {
    char message[96];
    (void)snprintf(message, sizeof message, "goes on from the file with number %0*llu",
                   AUDIT_NUMBER_DIGITS, (unsigned long long)number);
    const struct audit_note note = {.event = "log_rotated", .message = message};
    return audit_lines_note(lines, writer, &note, NULL);
}

static enum kc_error rotate(const struct audit_files *files, uint64_t number,
                            const struct audit_lines *lines) {
    KC_AUTO(file_replacement) next = NULL;
    const struct file_piece piece = {lines->text, lines->length};
    enum kc_error error = file_replace_prepare(files->path, &piece, 1, &next);
    if (error == KC_OK) {
        error = give_number(files, number);
    }
    return error == KC_OK ? file_replace_commit(&next, NULL) : error;
}

enum kc_error audit_rotate(const char *path, const struct audit_writer *writer,
                           struct audit_head *head) {
    KC_AUTO(audit_files) files = NULL;
    enum kc_error error = audit_files_new(path, &files);
    if (error != KC_OK) {
        return error;
    }
    bool is_unfinished = files->last_number > 0 && files->unfinished == files->last_number;
    uint64_t number = files->last_number + (is_unfinished ? 0 : 1);
    if (number > AUDIT_NUMBER_MAX) {
        return KC_TOO_BIG;
    }
    struct audit_lines lines = {.place = head->place, .now_us = clock_wall_us()};
    error = build(&lines, writer, number);
    if (error == KC_OK) {
        error = rotate(files, number, &lines);
    }
    if (error == KC_OK) {
        *head = (struct audit_head){.place = lines.place, .size = lines.length};
    }
    audit_lines_clear(&lines);
    return error;
}
