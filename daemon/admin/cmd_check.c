/* SPDX-License-Identifier: MIT */
/*
 * check: whether the policy can be used and still fits the files. Looks only; what is wrong is
 * a line, and mending it is the person's choice (upgrade, unregister, chmod).
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/fitness.h"
#include "daemon/admin/policy_file.h"
#include "daemon/admin/print.h"
#include "daemon/admin/say.h"
#include "daemon/admin/subject.h"
#include "daemon/policy.h"
#include "libkc/parse.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct report {
    json_t *list; /* NULL: lines for people */
    bool has_trouble;
    bool has_failed;
};

static void add(struct report *report, const char *subject, const struct fitness *fitness) {
    struct shown path;
    struct shown why;
    bool is_ok = strcmp(fitness->word, "ok") == 0;
    report->has_trouble = report->has_trouble || !is_ok;
    if (report->list == NULL) {
        (void)printf(
            "%-11s \"%s\"%s%s\n", fitness->word, say_show(subject, &path), is_ok ? "" : ": ",
            parse_escape_sentence(fitness->why, strlen(fitness->why), why.text, sizeof why.text));
        return;
    }
    json_t *one = json_pack("{s:o, s:s, s:o}", "path", print_text(subject), "status", fitness->word,
                            "why", print_text(fitness->why));
    if (json_array_append_new(report->list, one) != 0) {
        report->has_failed = true;
    }
}

static void check_entries(const struct policy *policy, const char *path, struct report *report) {
    bool is_found = path == NULL;
    for (size_t i = 0; i < policy_count(policy); i++) {
        const struct policy_entry *entry = policy_at(policy, i);
        if (path == NULL || strcmp(path, policy_entry_path(entry)) == 0) {
            struct fitness fitness;
            fitness_look(entry, &fitness);
            add(report, policy_entry_path(entry), &fitness);
            is_found = true;
        }
    }
    if (!is_found) {
        const struct fitness fitness = {.word = "unknown", .why = "it isn't registered"};
        add(report, path, &fitness);
    }
}

static enum exit_code check_operands(const struct options *options, const struct policy *policy,
                                     struct report *report) {
    size_t count = options_operand_count(options);
    if (count == 0) {
        check_entries(policy, NULL, report);
    }
    for (size_t i = 0; i < count; i++) {
        char *path = NULL;
        enum exit_code code = subject_resolve(options_operand(options, i), &path);
        if (code != EXIT_DONE) {
            return code;
        }
        check_entries(policy, path, report);
        free(path);
    }
    return EXIT_DONE;
}

enum exit_code cmd_check(const struct options *options) {
    KC_AUTO(config) config = NULL;
    struct report report = {.list = NULL};
    if (policy_file_open(&config) != EXIT_DONE) {
        return EXIT_NO; /* an unusable policy is what this command is there to find */
    }
    bool as_json = options_flag(options, "json", false);
    if (as_json && (report.list = json_array()) == NULL) {
        return say_fault(KC_NO_MEMORY, "can't check");
    }
    enum exit_code code = check_operands(options, config_policy(config), &report);
    if (code == EXIT_DONE && as_json && !report.has_failed) {
        code = print_json(json_incref(report.list));
    }
    json_decref(report.list);
    if (report.has_failed) {
        return say_fault(KC_NO_MEMORY, "can't check");
    }
    return code == EXIT_DONE && report.has_trouble ? EXIT_NO : code;
}
