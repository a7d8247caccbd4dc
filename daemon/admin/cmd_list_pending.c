/* SPDX-License-Identifier: MIT */
/* list-pending: who was turned away lately and may be approved. */
#include "daemon/admin/admin.h"

#include "daemon/admin/places.h"
#include "daemon/admin/print.h"
#include "daemon/admin/say.h"
#include "daemon/pending.h"
#include "libkc/parse.h"
#include "platform/clock.h"

#include <jansson.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Escaped text that stands without quotes, so that those inside of it can stay as they are. */
static void print_bare(const char *escaped) {
    static const char quote[] = "\\x22";
    for (const char *rest = strstr(escaped, quote); rest != NULL; rest = strstr(escaped, quote)) {
        (void)printf("%.*s\"", (int)(rest - escaped), escaped);
        escaped = rest + sizeof quote - 1;
    }
    (void)puts(escaped);
}

static void print_entry(const struct pending_entry *entry) {
    struct shown shown;
    char last[PARSE_TIME_SIZE];
    parse_write_time(entry->last_us, true, last);
    (void)printf("%.8s  ", entry->hash);
    print_bare(say_show(entry->path, &shown));
    for (size_t i = 0; i < entry->asked_count; i++) {
        const struct pending_asked *asked = &entry->asked[i];
        (void)printf("          asked to %s", say_show(asked->action, &shown));
        (void)printf(" \"%s\"", say_show(asked->service, &shown));
        if (asked->target[0] != '\0') {
            (void)printf(" \"%s\"", say_show(asked->target, &shown));
        }
        (void)putchar('\n');
    }
    (void)printf("          %" PRIu64 " time%s, last %s, pid %" PRIu64 "\n", entry->count,
                 entry->count == 1 ? "" : "s", last, entry->pid);
    if (entry->arguments[0] != '\0') {
        (void)printf("          ");
        print_bare(parse_escape_sentence(entry->arguments, strlen(entry->arguments), shown.text,
                                         sizeof shown.text));
    }
}

static json_t *asked_to_json(const struct pending_entry *entry) {
    json_t *list = json_array();
    for (size_t i = 0; i < entry->asked_count; i++) {
        const struct pending_asked *asked = &entry->asked[i];
        json_t *one = json_pack("{s:o, s:o, s:o}", "action", print_text(asked->action), "service",
                                print_text(asked->service), "target", print_text(asked->target));
        if (json_array_append_new(list, one) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *entry_to_json(const struct pending_entry *entry) {
    char first[PARSE_TIME_SIZE];
    char last[PARSE_TIME_SIZE];
    parse_write_time(entry->first_us, false, first);
    parse_write_time(entry->last_us, false, last);
    return json_pack("{s:s, s:o, s:o, s:I, s:I, s:s, s:s, s:o}", "hash", entry->hash, "path",
                     print_text(entry->path), "arguments", print_text(entry->arguments), "pid",
                     (json_int_t)entry->pid, "count", (json_int_t)entry->count, "first", first,
                     "last", last, "asked", asked_to_json(entry));
}

static enum exit_code print_as_json(const struct pending *pending) {
    json_t *entries = json_array();
    for (size_t i = 0; i < pending_count(pending); i++) {
        if (json_array_append_new(entries, entry_to_json(pending_at(pending, i))) != 0) {
            json_decref(entries);
            return print_json(NULL);
        }
    }
    return print_json(entries);
}

enum exit_code cmd_list_pending(const struct options *options) {
    KC_AUTO(places) places = NULL;
    KC_AUTO(pending) pending = NULL;
    enum exit_code code = places_new(&places);
    if (code != EXIT_DONE) {
        return code;
    }
    enum kc_error error = pending_load(places->pending, clock_wall_us(), &pending);
    if (error != KC_OK) {
        return say_fault(error, "can't read the list of those who wait for approval");
    }
    if (options_flag(options, "json", false)) {
        return print_as_json(pending);
    }
    for (size_t i = 0; i < pending_count(pending); i++) {
        print_entry(pending_at(pending, i));
    }
    if (pending_count(pending) == 0) {
        say("nobody waits for approval");
    }
    return EXIT_DONE;
}
