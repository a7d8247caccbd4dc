/* SPDX-License-Identifier: MIT */
/*
 * Whoever could write to the log could have put anything there, so every text is escaped. A column
 * that is too narrow pushes the next ones to the right; nothing is cut.
 */
#include "daemon/admin/audit_table.h"

#include "daemon/admin/say.h"
#include "daemon/audit_view.h"
#include "libkc/parse.h"

#include <jansson.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TIME_WIDTH   20 /* "2026-01-02 03:04:05Z" */
#define RESULT_WIDTH 7
#define ACTION_WIDTH 12
#define WHAT_WIDTH   36
#define FRACTION     19 /* where the microseconds begin in a time */

/* ECMA-48: select graphic rendition. */
#define RED          "\x1b[31m"
#define GREEN        "\x1b[32m"
#define YELLOW       "\x1b[33m"
#define PLAIN        "\x1b[0m"

/* A text of a field, escaped; borrowed from `shown`. */
static const char *show(struct audit_view *view, enum audit_field field, struct shown *shown) {
    struct audit_slice slice = audit_view_text(view, field);
    return parse_escape(slice.text, slice.length, shown->text, sizeof shown->text);
}

static const char *colour_of(struct audit_view *view) {
    if (audit_view_is(view, AUDIT_RESULT, "success")) {
        return GREEN;
    }
    return audit_view_is(view, AUDIT_RESULT, "denied") ? RED : YELLOW;
}

/* "2026-01-02T03:04:05.678901Z" without its microseconds; anything else as it is. */
static void print_time(struct audit_view *view) {
    struct shown shown;
    int64_t time_us = 0;
    show(view, AUDIT_TIME, &shown);
    if (parse_time(shown.text, &time_us) == KC_OK) {
        shown.text[strlen("2026-01-02")] = ' ';
        shown.text[FRACTION] = 'Z';
        shown.text[FRACTION + 1] = '\0';
    }
    (void)printf("%-*s", TIME_WIDTH, shown.text);
}

static void print_result(const struct audit_style *style, struct audit_view *view) {
    struct shown shown;
    const char *result = show(view, AUDIT_RESULT, &shown);
    if (style->in_colour) {
        (void)printf("  %s%-*s" PLAIN, colour_of(view), RESULT_WIDTH, result);
    } else {
        (void)printf("  %-*s", RESULT_WIDTH, result);
    }
}

/* How many bytes it printed. */
static int print_what(struct audit_view *view) {
    struct shown shown;
    uint64_t count = 0;
    int width = 0;
    if (audit_view_text(view, AUDIT_SERVICE).length > 0) {
        width += printf("\"%s\"", show(view, AUDIT_SERVICE, &shown));
    }
    if (audit_view_text(view, AUDIT_TARGET).length > 0) {
        width += printf(" \"%s\"", show(view, AUDIT_TARGET, &shown));
    }
    if (audit_view_is(view, AUDIT_MATCH, "prefix")) {
        width += printf(" (prefix)");
    }
    if (audit_view_number(view, AUDIT_COUNT, &count)) {
        bool is_success = audit_view_is(view, AUDIT_RESULT, "success");
        width += printf(is_success ? " (%" PRIu64 " found)" : " (first of %" PRIu64 ")", count);
    }
    return width;
}

static void print_why(struct audit_view *view) {
    struct shown shown;
    struct audit_slice message = audit_view_text(view, AUDIT_MESSAGE);
    bool has_reason = audit_view_text(view, AUDIT_REASON).length > 0;
    if (has_reason) {
        (void)printf("  %s", show(view, AUDIT_REASON, &shown));
    }
    if (message.length > 0) {
        (void)printf(
            "%s%s", has_reason ? ": " : "  ",
            parse_escape_sentence(message.text, message.length, shown.text, sizeof shown.text));
    }
}

static void print_record(const struct audit_style *style, struct audit_view *view) {
    struct shown shown;
    bool is_request = audit_view_is(view, AUDIT_EVENT, "request");
    print_time(view);
    print_result(style, view);
    (void)printf("  %-*s  ", ACTION_WIDTH,
                 show(view, is_request ? AUDIT_ACTION : AUDIT_EVENT, &shown));
    int width = print_what(view);
    if (!is_request) {
        width += printf("%s", show(view, AUDIT_ACTION, &shown));
    }
    (void)printf("%*s", width < WHAT_WIDTH ? WHAT_WIDTH - width : 0, "");
    if (audit_view_text(view, AUDIT_PATH).length > 0) {
        (void)printf("  \"%s\"", show(view, AUDIT_PATH, &shown));
    }
    print_why(view);
    (void)putchar('\n');
}

/* The chain */

static const char *text_of(const json_t *link, const char *key, struct shown *shown) {
    const char *text = json_string_value(json_object_get(link, key));
    return text == NULL ? "" : say_show(text, shown);
}

static void print_link(const json_t *link, size_t depth) {
    struct shown shown;
    (void)printf("%*s└ \"%s\"", (int)(TIME_WIDTH + 2 + 2 * depth), "",
                 text_of(link, "path", &shown));
    const json_t *pid = json_object_get(link, "pid");
    if (json_is_integer(pid)) {
        (void)printf(" %" JSON_INTEGER_FORMAT, json_integer_value(pid));
    }
    if (text_of(link, "kind", &shown)[0] != '\0') {
        (void)printf(" (%s)", shown.text);
    }
    if (text_of(link, "script", &shown)[0] != '\0') {
        (void)printf(" \"%s\"", shown.text);
    }
    if (json_is_true(json_object_get(link, "declared"))) {
        (void)printf(" declared");
    }
    (void)putchar('\n');
}

/* Who asked comes last; who started it stands above it. */
static void print_chain(struct audit_view *view) {
    struct shown shown;
    const json_t *record = audit_view_document(view);
    const json_t *chain = json_object_get(record, "chain");
    size_t count = json_array_size(chain);
    size_t depth = 0;
    if (text_of(record, "chain_end", &shown)[0] != '\0') {
        (void)printf("%*s(%s)\n", TIME_WIDTH + 2, "", shown.text);
    }
    for (size_t i = count; i > 0; i--) {
        print_link(json_array_get(chain, i - 1), depth++);
    }
}

void audit_table_begin(const struct audit_style *style) {
    if (!style->is_json) {
        (void)printf("%-*s  %-*s  %-*s  %-*s  %s\n", TIME_WIDTH, "TIME", RESULT_WIDTH, "RESULT",
                     ACTION_WIDTH, "ACTION", WHAT_WIDTH, "WHAT", "BY");
    }
}

void audit_table_print(const struct audit_style *style, struct audit_view *view, const char *line,
                       size_t length) {
    struct shown shown;
    if (style->is_json) {
        (void)fwrite(line, 1, length, stdout);
        (void)putchar('\n');
        return;
    }
    if (view == NULL) {
        (void)printf("not a record: %s\n",
                     parse_escape(line, length, shown.text, sizeof shown.text));
        return;
    }
    print_record(style, view);
    if (style->with_chain) {
        print_chain(view);
    }
}
