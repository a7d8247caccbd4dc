/* SPDX-License-Identifier: MIT */
/*
 * Reads records as a stranger's: whoever could write to the log could have put anything there,
 * so every text is escaped and no field is relied on.
 */
#include "daemon/admin/audit_filter.h"

#include "daemon/admin/say.h"
#include "libkc/parse.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

static const char *text_of(const json_t *record, const char *key) {
    const char *text = json_string_value(json_object_get(record, key));
    return text == NULL ? "" : text;
}

static bool is_wanted(const json_t *record, const char *key, const char *wanted) {
    return wanted == NULL || strcmp(text_of(record, key), wanted) == 0;
}

bool audit_filter_matches(const struct audit_filter *filter, const char *line, size_t length) {
    json_t *record = json_loadb(line, length, 0, NULL);
    /* What isn't a record is shown when everything is, and never to programs. */
    bool is_all = filter->service == NULL && filter->result == NULL && filter->binary == NULL;
    bool matches = record == NULL ? is_all && !filter->as_json
                                  : is_wanted(record, "service", filter->service) &&
                                        is_wanted(record, "result", filter->result) &&
                                        is_wanted(record, "binary_path", filter->binary);
    json_decref(record);
    return matches;
}

static void print_quoted(const json_t *record, const char *key, const char *before) {
    struct shown shown;
    const char *text = text_of(record, key);
    if (text[0] != '\0') {
        (void)printf("%s\"%s\"", before, say_show(text, &shown));
    }
}

static void print_word(const json_t *record, const char *key, const char *before) {
    struct shown shown;
    const char *text = text_of(record, key);
    if (text[0] != '\0') {
        (void)printf("%s%s", before, say_show(text, &shown));
    }
}

static void print_record(const json_t *record) {
    struct shown shown;
    const char *message = text_of(record, "message");
    const json_t *count = json_object_get(record, "count");
    print_word(record, "time", "");
    print_word(record, "result", "  ");
    bool is_request = strcmp(text_of(record, "event"), "request") == 0;
    if (!is_request) {
        print_word(record, "event", "  ");
    }
    print_word(record, "action", "  ");
    print_quoted(record, "service", "  ");
    print_quoted(record, "target", " ");
    if (strcmp(text_of(record, "match"), "prefix") == 0) {
        (void)fputs(" (prefix)", stdout);
    }
    if (json_is_integer(count)) {
        bool is_success = strcmp(text_of(record, "result"), "success") == 0;
        (void)printf(" (%s%" JSON_INTEGER_FORMAT "%s)", is_success ? "" : "first of ",
                     json_integer_value(count), is_success ? " found" : "");
    }
    print_quoted(record, "binary_path", is_request ? "  by " : "  ");
    print_word(record, "reason", "  ");
    if (message[0] != '\0') {
        (void)printf(
            ": %s", parse_escape_sentence(message, strlen(message), shown.text, sizeof shown.text));
    }
    (void)putchar('\n');
}

void audit_filter_print(const struct audit_filter *filter, const char *line, size_t length) {
    struct shown shown;
    if (filter->as_json) {
        (void)fwrite(line, 1, length, stdout);
        (void)putchar('\n');
        return;
    }
    json_t *record = json_loadb(line, length, 0, NULL);
    if (record == NULL) {
        (void)printf("not a record: %s\n",
                     parse_escape(line, length, shown.text, sizeof shown.text));
    } else {
        print_record(record);
    }
    json_decref(record);
}
