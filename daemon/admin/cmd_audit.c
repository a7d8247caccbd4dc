/* SPDX-License-Identifier: MIT */
/*
 * audit: shows the record, follows it, proves it. Reads the file itself, so it works without
 * a daemon.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/audit_filter.h"
#include "daemon/admin/places.h"
#include "daemon/admin/say.h"
#include "daemon/audit.h"
#include "daemon/audit_reader.h"
#include "libkc/parse.h"
#include "platform/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <threads.h>
#include <time.h>

#define FOLLOW_LINES 10
#define LOOK_NS      200000000L

static enum exit_code verify(const char *path) {
    char why[KC_MESSAGE_MAX] = "";
    uint64_t lines = 0;
    struct shown shown;
    enum kc_error error = audit_verify(path, &lines, why);
    switch (error) {
    case KC_OK:
        (void)printf("%" PRIu64 " line%s\n", lines, lines == 1 ? " holds" : "s hold");
        return EXIT_DONE;
    case KC_NOT_FOUND:
        say("there is no record \"%s\" yet", say_show(path, &shown));
        return EXIT_NO;
    case KC_DAMAGED:
        say("the record \"%s\" is damaged after %" PRIu64 " line%s: %s", say_show(path, &shown),
            lines, lines == 1 ? " that holds" : "s that hold", why);
        return EXIT_NO;
    default:
        return say_fault(error, "can't read the record");
    }
}

static enum exit_code read_filter(const struct options *options, struct audit_filter *ret_filter,
                                  uint64_t *ret_lines) {
    const char *lines = options_value(options, "lines", 0);
    const char *result = options_value(options, "result", 0);
    uint64_t count = options_flag(options, "follow", false) ? FOLLOW_LINES : UINT64_MAX;
    struct shown shown;
    if (lines != NULL && parse_unsigned(lines, UINT32_MAX, &count) != KC_OK) {
        say("\"%s\" isn't a number of lines", say_show(lines, &shown));
        return EXIT_USAGE;
    }
    if (result != NULL && kc_status_parse(result) == KC_STATUS_COUNT) {
        say("\"%s\" isn't a result; write success, denied or error", say_show(result, &shown));
        return EXIT_USAGE;
    }
    *ret_filter = (struct audit_filter){.service = options_value(options, "service", 0),
                                        .result = result,
                                        .binary = options_value(options, "binary", 0),
                                        .as_json = options_flag(options, "json", false)};
    *ret_lines = count;
    return EXIT_DONE;
}

/* Walks the whole lines from `*offset` on and leaves it behind the last one. Prints what matches
 * except for the first `skip`; counts all of it. */
static enum kc_error walk(const struct file_log *log, const struct audit_filter *filter,
                          uint64_t skip, uint64_t *offset, uint64_t *ret_count) {
    KC_AUTO(audit_reader) reader = NULL;
    struct audit_piece piece;
    uint64_t count = 0;
    enum kc_error error = audit_reader_new(log, *offset, &reader);
    while (error == KC_OK && (error = audit_reader_next(reader, &piece)) == KC_OK) {
        if (!piece.is_whole && piece.length <= AUDIT_LINE_MAX) {
            break; /* somebody is writing it */
        }
        *offset = piece.offset + piece.length + 1;
        if (audit_filter_matches(filter, piece.text, piece.length)) {
            if (count >= skip) {
                audit_filter_print(filter, piece.text, piece.length);
            }
            count++;
        }
    }
    *ret_count = count;
    return error == KC_END ? KC_OK : error;
}

/* KC_NOT_FOUND: there is no log; looking shouldn't make one. */
static enum kc_error open_log(const char *path, struct file_log **ret_log) {
    const struct file_stamp nothing = {.words = {0}};
    struct file_stamp stamp;
    enum kc_error error = file_stamp(path, &stamp);
    if (error != KC_OK) {
        return error;
    }
    return file_stamp_equal(&stamp, &nothing) ? KC_NOT_FOUND : file_log_open(path, ret_log);
}

static enum kc_error show(const char *path, const struct audit_filter *filter, uint64_t lines,
                          uint64_t *ret_offset) {
    KC_AUTO(file_log) log = NULL;
    uint64_t count = 0;
    uint64_t start = 0;
    enum kc_error error = open_log(path, &log);
    if (error == KC_OK && lines != UINT64_MAX) {
        error = walk(log, filter, UINT64_MAX, &start, &count);
    }
    if (error != KC_OK) {
        return error;
    }
    uint64_t skip = count > lines ? count - lines : 0;
    *ret_offset = 0;
    return walk(log, filter, skip, ret_offset, &count);
}

/* Until nobody reads any more. */
static enum kc_error follow(const char *path, const struct audit_filter *filter, uint64_t offset) {
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    enum kc_error error = KC_OK;
    while (error == KC_OK && fflush(stdout) == 0) {
        KC_AUTO(file_log) log = NULL;
        uint64_t count = 0;
        (void)thrd_sleep(&pause, NULL);
        error = open_log(path, &log);
        if (error == KC_OK && file_log_size(log) < offset) {
            offset = 0; /* another log stands there now */
        }
        if (error == KC_OK && file_log_size(log) > offset) {
            error = walk(log, filter, 0, &offset, &count);
        }
        error = error == KC_NOT_FOUND ? KC_OK : error;
    }
    return error;
}

enum exit_code cmd_audit(const struct options *options) {
    KC_AUTO(places) places = NULL;
    struct audit_filter filter;
    uint64_t lines = 0;
    uint64_t offset = 0;
    enum exit_code code = places_new(&places);
    if (code == EXIT_DONE) {
        code = read_filter(options, &filter, &lines);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    if (options_operand_count(options) > 0) {
        if (strcmp(options_operand(options, 0), "verify") == 0) {
            return verify(places->audit);
        }
        say("audit takes no other operand than \"verify\"");
        return EXIT_USAGE;
    }
    enum kc_error error = show(places->audit, &filter, lines, &offset);
    if (options_flag(options, "follow", false) && (error == KC_OK || error == KC_NOT_FOUND)) {
        error = follow(places->audit, &filter, offset);
    } else if (error == KC_NOT_FOUND) {
        say("there is no record yet");
        return EXIT_DONE;
    }
    return error == KC_OK ? EXIT_DONE : say_fault(error, "can't read the record");
}
