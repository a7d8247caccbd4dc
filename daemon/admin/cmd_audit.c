/* SPDX-License-Identifier: MIT */
/*
 * audit: shows the record, follows it, counts it, proves it. Reads the files itself, so it works
 * without a daemon.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/audit_filter.h"
#include "daemon/admin/audit_stats.h"
#include "daemon/admin/audit_table.h"
#include "daemon/admin/audit_trail.h"
#include "daemon/admin/places.h"
#include "daemon/admin/say.h"
#include "daemon/admin/since.h"
#include "daemon/audit.h"
#include "libkc/parse.h"
#include "platform/clock.h"
#include "platform/tty.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <time.h>

#define FOLLOW_LINES 10
#define LOOK_NS      200000000L

/* What the command line asks for. */
struct order {
    struct audit_filter filter;
    struct audit_style style;
    struct audit_stats *stats; /* NULL: records are shown, not counted */
    uint64_t lines;
    bool follows;
};

static void tell_proof(const struct audit_proof *proof) {
    (void)printf("%" PRIu64 " line%s", proof->lines, proof->lines == 1 ? " " : "s ");
    if (proof->files > 1) {
        (void)printf("in %zu files ", proof->files);
    }
    (void)printf("hold%s\n", proof->lines == 1 ? "s" : "");
}

static void tell_damage(const char *path, const struct audit_proof *proof, const char *why) {
    struct shown shown;
    say("the record \"%s\" is damaged after %" PRIu64 " line%s: %s", say_show(path, &shown),
        proof->lines, proof->lines == 1 ? " that holds" : "s that hold", why);
    if (proof->last.seq > 0) {
        say("numbers 1 to %" PRIu64 " are as they were written; nothing behind them is proven",
            proof->last.seq);
    } else {
        say("nothing of it is proven");
    }
}

static enum exit_code verify(const char *path) {
    char why[KC_MESSAGE_MAX] = "";
    struct audit_proof proof;
    struct shown shown;
    enum kc_error error = audit_prove(path, &proof, why);
    switch (error) {
    case KC_OK:
        tell_proof(&proof);
        return EXIT_DONE;
    case KC_NOT_FOUND:
        say("there is no record \"%s\" yet", say_show(path, &shown));
        return EXIT_NO;
    case KC_DAMAGED:
        tell_damage(path, &proof, why);
        return EXIT_NO;
    default:
        return say_fault(error, "can't read the record");
    }
}

static enum exit_code read_since(const struct options *options, struct audit_filter *filter) {
    const char *since = options_value(options, "since", 0);
    int64_t since_us = 0;
    struct shown shown;
    if (since == NULL) {
        return EXIT_DONE;
    }
    if (since_parse(since, clock_wall_us(), &since_us) != KC_OK) {
        say("\"%s\" isn't a time; write 90s, 15m, 2h or 7d (at most %dd), or 2026-01-02T03:04:05Z",
            say_show(since, &shown), SINCE_DAYS_MAX);
        return EXIT_USAGE;
    }
    parse_write_time(since_us, false, filter->since);
    return EXIT_DONE;
}

static enum exit_code read_result(const struct options *options, const char **ret_result) {
    const char *result = options_value(options, "result", 0);
    struct shown shown;
    if (result != NULL && kc_status_parse(result) == KC_STATUS_COUNT) {
        say("\"%s\" isn't a result; write success, denied or error", say_show(result, &shown));
        return EXIT_USAGE;
    }
    if (options_flag(options, "denied", false)) {
        if (result != NULL) {
            say("--denied and --result can't be used together");
            return EXIT_USAGE;
        }
        result = kc_status_word(KC_STATUS_DENIED);
    }
    *ret_result = result;
    return EXIT_DONE;
}

static enum exit_code read_filter(const struct options *options, struct audit_filter *ret_filter) {
    struct audit_filter filter = {.service = options_value(options, "service", 0),
                                  .target = options_value(options, "target", 0),
                                  .binary = options_value(options, "binary", 0),
                                  .path = options_value(options, "path", 0)};
    enum exit_code code = read_result(options, &filter.result);
    if (code == EXIT_DONE) {
        code = read_since(options, &filter);
    }
    if (code == EXIT_DONE) {
        *ret_filter = filter;
    }
    return code;
}

static enum exit_code read_lines(const struct options *options, uint64_t *ret_lines) {
    const char *lines = options_value(options, "lines", 0);
    uint64_t count = options_flag(options, "follow", false) ? FOLLOW_LINES : UINT64_MAX;
    struct shown shown;
    if (lines != NULL && parse_unsigned(lines, UINT32_MAX, &count) != KC_OK) {
        say("\"%s\" isn't a number of lines; write 0 to %" PRIu32, say_show(lines, &shown),
            UINT32_MAX);
        return EXIT_USAGE;
    }
    *ret_lines = count;
    return EXIT_DONE;
}

/* https://no-color.org: set, and not empty. */
static bool wants_colour(void) {
    const char *no_colour = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    return tty_is_terminal(TTY_OUTPUT) && (no_colour == NULL || no_colour[0] == '\0') &&
           (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

static enum exit_code read_style(const struct options *options, struct audit_style *ret_style) {
    bool with_chain = options_flag(options, "chain", false);
    bool is_json = options_flag(options, "json", !with_chain && !tty_is_terminal(TTY_OUTPUT));
    if (options_flag(options, "stats", false) &&
        (options_flag(options, "follow", false) || options_given(options, "lines") || with_chain)) {
        say("--stats counts records; it can't be used with --follow, --lines or --chain");
        return EXIT_USAGE;
    }
    if (with_chain && is_json) {
        say("--chain is for people; a line of JSON has its \"chain\" anyway");
        return EXIT_USAGE;
    }
    *ret_style = (struct audit_style){
        .is_json = is_json, .in_colour = wants_colour(), .with_chain = with_chain};
    return EXIT_DONE;
}

static enum exit_code read_order(const struct options *options, struct order *order) {
    enum exit_code code = read_filter(options, &order->filter);
    if (code == EXIT_DONE) {
        code = read_lines(options, &order->lines);
    }
    if (code == EXIT_DONE) {
        code = read_style(options, &order->style);
    }
    order->follows = options_flag(options, "follow", false);
    if (code == EXIT_DONE && options_flag(options, "stats", false) &&
        audit_stats_new(&order->stats) != KC_OK) {
        code = say_fault(KC_NO_MEMORY, "can't count the records");
    }
    return code;
}

static void visit(const struct audit_line_seen *line, void *context) {
    const struct order *order = context;
    if (order->stats == NULL) {
        audit_table_print(&order->style, line->view, line->text, line->length);
    } else if (line->view != NULL) {
        audit_stats_add(order->stats, line->view);
    }
}

/* Until nobody reads any more. */
static enum kc_error follow(struct audit_trail *trail) {
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    enum kc_error error = KC_OK;
    while (error == KC_OK && fflush(stdout) == 0) {
        (void)thrd_sleep(&pause, NULL);
        error = audit_trail_go_on(trail);
    }
    return error;
}

static enum exit_code tell(enum kc_error error) {
    switch (error) {
    case KC_OK:
        return EXIT_DONE;
    case KC_NOT_FOUND:
        say("there is no record yet");
        return EXIT_DONE;
    case KC_DAMAGED:
    case KC_TOO_BIG:
        say("an old file of the record can't be unpacked; look with: keychain-auth audit verify");
        return EXIT_NO;
    default:
        return say_fault(error, "can't read the record");
    }
}

static enum exit_code show(const char *path, struct order *order) {
    KC_AUTO(audit_trail) trail = NULL;
    const struct audit_trail_plan plan = {.path = path,
                                          .filter = &order->filter,
                                          .only_records = order->style.is_json,
                                          .visit = visit,
                                          .context = order};
    enum kc_error error = audit_trail_new(&plan, &trail);
    if (error != KC_OK) {
        return say_fault(error, "can't read the record");
    }
    if (order->stats == NULL && tty_is_terminal(TTY_OUTPUT)) {
        audit_table_begin(&order->style);
    }
    error = audit_trail_walk(trail, order->lines);
    if (order->follows && (error == KC_OK || error == KC_NOT_FOUND)) {
        error = follow(trail);
    }
    enum exit_code code = tell(error);
    return code == EXIT_DONE && order->stats != NULL
               ? audit_stats_print(order->stats, order->style.is_json)
               : code;
}

static enum exit_code run(const struct options *options, const char *path) {
    struct order order = {.stats = NULL};
    if (options_operand_count(options) > 0) {
        if (strcmp(options_operand(options, 0), "verify") == 0) {
            return verify(path);
        }
        say("audit takes no other operand than \"verify\"");
        return EXIT_USAGE;
    }
    enum exit_code code = read_order(options, &order);
    if (code == EXIT_DONE) {
        code = show(path, &order);
    }
    audit_stats_free(order.stats);
    return code;
}

enum exit_code cmd_audit(const struct options *options) {
    KC_AUTO(places) places = NULL;
    enum exit_code code = places_new(&places);
    return code == EXIT_DONE ? run(options, places->audit) : code;
}
