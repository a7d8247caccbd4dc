/* SPDX-License-Identifier: MIT */
/*
 * list-pending: who was turned away lately and may be approved. A chain is a tree, with what each
 * of its processes lacks by the policy of now, and the command that would allow it.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/colour.h"
#include "daemon/admin/places.h"
#include "daemon/admin/policy_file.h"
#include "daemon/admin/print.h"
#include "daemon/admin/recall.h"
#include "daemon/admin/say.h"
#include "daemon/admin/tree.h"
#include "daemon/caller.h"
#include "daemon/pending.h"
#include "libkc/parse.h"
#include "platform/clock.h"

#include <jansson.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* As many digits as a denial shows. */
#define SHOWN_DIGITS 16
#define INDENT       (SHOWN_DIGITS + 2)

/* Escaped text that stands without quotes, so that those inside of it can stay as they are. */
static void print_bare(const char *escaped) {
    static const char quote[] = "\\x22";
    for (const char *rest = strstr(escaped, quote); rest != NULL; rest = strstr(escaped, quote)) {
        (void)printf("%.*s\"", (int)(rest - escaped), escaped);
        escaped = rest + sizeof quote - 1;
    }
    (void)puts(escaped);
}

/* "40 seconds ago": nobody wants to subtract times of day. */
static void print_age(int64_t age_us) {
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{3600, "hour"}, {60, "minute"}, {1, "second"}};
    int64_t seconds = age_us < 0 ? 0 : age_us / 1000000;
    size_t unit = 0;
    if (seconds < 2) {
        (void)fputs("just now", stdout);
        return;
    }
    while (unit < 2 && seconds < 2 * units[unit].seconds) {
        unit++;
    }
    int64_t count = seconds / units[unit].seconds;
    (void)printf("%" PRId64 " %s%s ago", count, units[unit].name, count == 1 ? "" : "s");
}

static void print_asked(const struct pending_entry *entry) {
    struct shown shown;
    for (size_t i = 0; i < entry->asked_count; i++) {
        const struct pending_asked *asked = &entry->asked[i];
        (void)printf("%*sasked to %s", INDENT, "", say_show(asked->action, &shown));
        (void)printf(" \"%s\"", say_show(asked->service, &shown));
        if (asked->target[0] != '\0') {
            (void)printf(" \"%s\"", say_show(asked->target, &shown));
        }
        (void)putchar('\n');
    }
}

static void print_entry(const struct pending_entry *entry, int64_t now_us) {
    struct shown shown;
    (void)printf("%s%.*s%s  ", colour_name(), SHOWN_DIGITS, entry->id, colour_end());
    print_bare(say_show(entry->path, &shown));
    print_asked(entry);
    (void)printf("%*s%" PRIu64 " time%s, last ", INDENT, "", entry->count,
                 entry->count == 1 ? "" : "s");
    print_age(now_us - entry->last_us);
    (void)printf(", pid %" PRIu64 "\n", entry->pid);
    if (entry->arguments[0] != '\0') {
        (void)printf("%*s", INDENT, "");
        print_bare(parse_escape_sentence(entry->arguments, strlen(entry->arguments), shown.text,
                                         sizeof shown.text));
    }
}

/* The same sentence that the helper printed when it was turned away, by the policy of now. */
static void print_advice(const struct policy *policy, const struct recalled *recalled) {
    char message[KC_MESSAGE_MAX] = "";
    bool is_pending = false;
    struct shown shown;
    if (caller_judge(policy, &recalled->exchange, message, &is_pending) == KC_REASON_NONE) {
        (void)puts("    the policy allows this by now");
        return;
    }
    (void)printf("    %s\n",
                 parse_escape_sentence(message, strlen(message), shown.text, sizeof shown.text));
}

static enum exit_code print_chain(const struct policy *policy, const struct pending_entry *entry) {
    KC_AUTO(recalled) recalled = NULL;
    struct remarks remarks;
    enum kc_error error = recalled_new(entry, &recalled);
    if (error != KC_OK) {
        return say_fault(error, "can't print the list");
    }
    remarks_judge(policy, &recalled->exchange, &remarks);
    tree_print(&recalled->chain, &remarks, false);
    print_advice(policy, recalled);
    return EXIT_DONE;
}

static enum exit_code print_list(const struct policy *policy, const struct pending *pending,
                                 int64_t now_us) {
    enum exit_code code = EXIT_DONE;
    for (size_t i = 0; i < pending_count(pending) && code == EXIT_DONE; i++) {
        const struct pending_entry *entry = pending_at(pending, i);
        print_entry(entry, now_us);
        if (entry->end[0] != '\0') {
            code = print_chain(policy, entry);
        }
    }
    if (pending_count(pending) == 0) {
        say("nobody waits for approval");
    }
    return code;
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

/* NULL, which leaves the member out: a binary by itself, or no memory. */
static json_t *links_to_json(const struct policy *policy, const struct pending_entry *entry) {
    KC_AUTO(recalled) recalled = NULL;
    struct remarks remarks;
    if (entry->end[0] == '\0' || recalled_new(entry, &recalled) != KC_OK) {
        return NULL;
    }
    remarks_judge(policy, &recalled->exchange, &remarks);
    return tree_to_json(&recalled->chain, &remarks);
}

static json_t *entry_to_json(const struct policy *policy, const struct pending_entry *entry) {
    bool is_chain = entry->end[0] != '\0';
    char first[PARSE_TIME_SIZE];
    char last[PARSE_TIME_SIZE];
    parse_write_time(entry->first_us, false, first);
    parse_write_time(entry->last_us, false, last);
    json_t *links = links_to_json(policy, entry);
    if (is_chain && links == NULL) {
        return NULL;
    }
    return json_pack("{s:s, s:s, s:o, s:o, s:I, s:I, s:s, s:s, s:o, s:s*, s:o*}", "id", entry->id,
                     "hash", entry->hash, "path", print_text(entry->path), "arguments",
                     print_text(entry->arguments), "pid", (json_int_t)entry->pid, "count",
                     (json_int_t)entry->count, "first", first, "last", last, "asked",
                     asked_to_json(entry), "end", is_chain ? entry->end : NULL, "links", links);
}

static enum exit_code print_as_json(const struct policy *policy, const struct pending *pending) {
    json_t *entries = json_array();
    for (size_t i = 0; i < pending_count(pending); i++) {
        if (json_array_append_new(entries, entry_to_json(policy, pending_at(pending, i))) != 0) {
            json_decref(entries);
            return print_json(NULL);
        }
    }
    return print_json(entries);
}

enum exit_code cmd_list_pending(const struct options *options) {
    KC_AUTO(places) places = NULL;
    KC_AUTO(config) config = NULL;
    KC_AUTO(pending) pending = NULL;
    int64_t now_us = clock_wall_us();
    enum exit_code code = places_new(&places);
    if (code == EXIT_DONE) {
        code = policy_file_open(&config);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    enum kc_error error = pending_load(places->pending, now_us, &pending);
    if (error != KC_OK) {
        return say_fault(error, "can't read the list of those who wait for approval");
    }
    if (options_flag(options, "count", false)) {
        (void)printf("%zu\n", pending_count(pending));
        return EXIT_DONE;
    }
    const struct policy *policy = config_policy(config);
    return options_flag(options, "json", false) ? print_as_json(policy, pending)
                                                : print_list(policy, pending, now_us);
}
