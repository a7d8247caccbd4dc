/* SPDX-License-Identifier: MIT */
/* One JSON object for each different one, found again by a key made of its texts. */
#include "daemon/admin/audit_stats.h"

#include "daemon/admin/say.h"
#include "daemon/audit.h"
#include "daemon/audit_view.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const enum audit_field parts[] = {AUDIT_ACTION, AUDIT_RESULT, AUDIT_SERVICE, AUDIT_TARGET,
                                         AUDIT_PATH};
#define PART_COUNT (sizeof parts / sizeof parts[0])

struct audit_stats {
    json_t *counts; /* by key */
    enum kc_error error;
    char key[AUDIT_LINE_MAX + PART_COUNT + 1];
};

enum kc_error audit_stats_new(struct audit_stats **ret_stats) {
    KC_AUTO(audit_stats) stats = calloc(1, sizeof *stats);
    if (stats == NULL) {
        return KC_NO_MEMORY;
    }
    stats->counts = json_object();
    if (stats->counts == NULL) {
        return KC_NO_MEMORY;
    }
    *ret_stats = stats;
    stats = NULL;
    return KC_OK;
}

void audit_stats_free(struct audit_stats *stats) {
    if (stats == NULL) {
        return;
    }
    json_decref(stats->counts);
    free(stats);
}

/* Texts of records have no control characters unless somebody forged them; then two that differ in
 * those may be counted as one. Texts of one line fit. */
static void make_key(struct audit_stats *stats, struct audit_view *view) {
    size_t length = 0;
    for (size_t i = 0; i < PART_COUNT; i++) {
        struct audit_slice slice = audit_view_text(view, parts[i]);
        memcpy(stats->key + length, slice.text, slice.length);
        length += slice.length;
        stats->key[length++] = '\n';
    }
    stats->key[length] = '\0';
}

static int set_text(json_t *object, const char *key, struct audit_view *view,
                    enum audit_field field) {
    struct audit_slice slice = audit_view_text(view, field);
    return json_object_set_new(object, key, json_stringn(slice.text, slice.length));
}

static json_t *first_of(struct audit_view *view) {
    json_t *one = json_pack("{s:i}", "count", 0);
    bool has_failed = one == NULL || set_text(one, "first", view, AUDIT_TIME) != 0 ||
                      set_text(one, "last", view, AUDIT_TIME) != 0;
    for (size_t i = 0; i < PART_COUNT && !has_failed; i++) {
        has_failed = set_text(one, audit_field_word(parts[i]), view, parts[i]) != 0;
    }
    if (has_failed) {
        json_decref(one);
        return NULL;
    }
    return one;
}

static enum kc_error count(struct audit_stats *stats, struct audit_view *view) {
    make_key(stats, view);
    json_t *one = json_object_get(stats->counts, stats->key);
    if (one == NULL) {
        if (json_object_size(stats->counts) >= AUDIT_STATS_MAX) {
            return KC_TOO_BIG;
        }
        one = first_of(view);
        if (json_object_set_new(stats->counts, stats->key, one) != 0) {
            return KC_NO_MEMORY;
        }
    }
    json_t *number = json_object_get(one, "count");
    bool is_counted = json_integer_set(number, json_integer_value(number) + 1) == 0 &&
                      set_text(one, "last", view, AUDIT_TIME) == 0;
    return is_counted ? KC_OK : KC_NO_MEMORY;
}

void audit_stats_add(struct audit_stats *stats, struct audit_view *view) {
    if (stats->error == KC_OK && audit_view_is(view, AUDIT_EVENT, "request")) {
        stats->error = count(stats, view);
    }
}

static int compare(const void *left, const void *right) {
    json_t *const *one = left;
    json_t *const *other = right;
    json_int_t first = json_integer_value(json_object_get(*one, "count"));
    json_int_t second = json_integer_value(json_object_get(*other, "count"));
    if (first != second) {
        return first < second ? 1 : -1;
    }
    return strcmp(json_string_value(json_object_get(*one, "first")),
                  json_string_value(json_object_get(*other, "first")));
}

static const char *text_of(const json_t *one, const char *key, struct shown *shown) {
    const char *text = json_string_value(json_object_get(one, key));
    return text == NULL ? "" : say_show(text, shown);
}

static void print_row(const json_t *one) {
    struct shown shown;
    (void)printf("%6" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(one, "count")));
    (void)printf("  %-27s", text_of(one, "first", &shown));
    (void)printf("  %-27s", text_of(one, "last", &shown));
    (void)printf("  %-7s", text_of(one, "result", &shown));
    (void)printf("  %-6s", text_of(one, "action", &shown));
    (void)printf("  \"%s\"", text_of(one, "service", &shown));
    if (text_of(one, "target", &shown)[0] != '\0') {
        (void)printf(" \"%s\"", shown.text);
    }
    (void)printf("  \"%s\"\n", text_of(one, "binary_path", &shown));
}

static void print_all(json_t *const *sorted, size_t length, bool is_json) {
    if (!is_json) {
        (void)printf("%6s  %-27s  %-27s  %-7s  %-6s  %s\n", "COUNT", "FIRST", "LAST", "RESULT",
                     "ACTION", "WHAT AND BY WHOM");
    }
    for (size_t i = 0; i < length; i++) {
        if (is_json) {
            (void)json_dumpf(sorted[i], stdout, JSON_COMPACT);
            (void)putchar('\n');
        } else {
            print_row(sorted[i]);
        }
    }
}

enum exit_code audit_stats_print(struct audit_stats *stats, bool is_json) {
    if (stats->error == KC_TOO_BIG) {
        say("there are more than %d different ones; say --service, --target, --path or --since",
            AUDIT_STATS_MAX);
        return EXIT_FAULT;
    }
    size_t length = json_object_size(stats->counts);
    json_t **sorted = calloc(length + 1, sizeof *sorted);
    if (sorted == NULL || stats->error != KC_OK) {
        free(sorted);
        return say_fault(KC_NO_MEMORY, "can't count the records");
    }
    size_t next = 0;
    for (void *at = json_object_iter(stats->counts); at != NULL;
         at = json_object_iter_next(stats->counts, at)) {
        sorted[next++] = json_object_iter_value(at);
    }
    qsort(sorted, length, sizeof(json_t *), compare);
    print_all(sorted, length, is_json);
    free(sorted);
    return EXIT_DONE;
}
