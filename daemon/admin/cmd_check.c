/* SPDX-License-Identifier: MIT */
/*
 * check: whether the policy can be used and still fits the files. Looks only; what is wrong is
 * a line, and mending it is the person's choice (upgrade, unregister, chmod).
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/policy_file.h"
#include "daemon/admin/print.h"
#include "daemon/admin/say.h"
#include "daemon/admin/subject.h"
#include "daemon/policy.h"
#include "libkc/parse.h"
#include "platform/process.h"
#include "platform/trust.h"

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHERE_SIZE 4096

struct finding {
    const char *path;
    const char *word; /* "ok", "changed", "missing", "unreadable", "unsafe", "unknown" */
    char why[2 * WHERE_SIZE];
};

struct report {
    json_t *list; /* NULL: lines for people */
    bool has_trouble;
    bool has_failed;
};

static void add(struct report *report, const struct finding *finding) {
    struct shown path;
    struct shown why;
    bool is_ok = strcmp(finding->word, "ok") == 0;
    report->has_trouble = report->has_trouble || !is_ok;
    if (report->list == NULL) {
        (void)printf(
            "%-11s \"%s\"%s%s\n", finding->word, say_show(finding->path, &path), is_ok ? "" : ": ",
            parse_escape_sentence(finding->why, strlen(finding->why), why.text, sizeof why.text));
        return;
    }
    json_t *one = json_pack("{s:o, s:s, s:o}", "path", print_text(finding->path), "status",
                            finding->word, "why", print_text(finding->why));
    if (json_array_append_new(report->list, one) != 0) {
        report->has_failed = true;
    }
}

static void find_missing(enum kc_error error, const char *why, struct finding *finding) {
    finding->word = error == KC_NOT_FOUND ? "missing" : "unreadable";
    (void)snprintf(finding->why, sizeof finding->why, "%s", why);
}

static void find_changed(const struct policy_entry *entry, const struct subject *subject,
                         struct finding *finding) {
    finding->word = "changed";
    (void)snprintf(finding->why, sizeof finding->why,
                   "its hash is %.8s, %.8s is registered; if you replaced it, run "
                   "keychain-auth upgrade",
                   subject->hash, policy_entry_hash(entry));
}

static void find_moved(const struct subject *subject, struct finding *finding) {
    struct shown shown;
    finding->word = "changed";
    (void)snprintf(finding->why, sizeof finding->why, "it leads to \"%.4000s\" now",
                   say_show(subject->path, &shown));
}

static void find_unsafe(const char *where, const char *why, struct finding *finding) {
    finding->word = "unsafe";
    (void)snprintf(finding->why, sizeof finding->why, "\"%s\": %s", where, why);
}

/* A script is started by a name that may lead elsewhere since. */
static void look_at_interpreter(const char *path, struct finding *finding) {
    KC_AUTO(image) image = NULL;
    struct shown shown;
    const char *why = "there is no such file";
    enum kc_error error = image_open(path, &image, &why);
    if (error != KC_OK) {
        finding->word = error == KC_NOT_FOUND ? "missing" : "unreadable";
        (void)snprintf(finding->why, sizeof finding->why, "what runs it, \"%.4000s\": %s",
                       say_show(path, &shown), why);
    } else if (strcmp(image_path(image), path) != 0) {
        finding->word = "changed";
        (void)snprintf(finding->why, sizeof finding->why,
                       "what runs it leads to \"%.4000s\" now; run keychain-auth upgrade",
                       say_show(image_path(image), &shown));
    }
}

static void look_at(const struct policy_entry *entry, struct finding *finding) {
    KC_AUTO(subject) subject = NULL;
    char where[WHERE_SIZE];
    const char *why = "no memory";
    const char *path = policy_entry_path(entry);
    enum kc_error error = subject_look(path, &subject, &why);
    *finding = (struct finding){.path = path, .word = "ok"};
    if (error != KC_OK) {
        find_missing(error, why, finding);
    } else if (strcmp(subject->path, path) != 0) {
        find_moved(subject, finding);
    } else if (strcmp(subject->hash, policy_entry_hash(entry)) != 0) {
        find_changed(entry, subject, finding);
    } else if (trust_check_path(path, where, sizeof where, &why) == KC_UNSAFE) {
        find_unsafe(where, why, finding);
    } else if (policy_entry_interpreter(entry) != NULL) {
        look_at_interpreter(policy_entry_interpreter(entry), finding);
    }
}

static void check_entries(const struct policy *policy, const char *path, struct report *report) {
    bool is_found = path == NULL;
    for (size_t i = 0; i < policy_count(policy); i++) {
        const struct policy_entry *entry = policy_at(policy, i);
        if (path == NULL || strcmp(path, policy_entry_path(entry)) == 0) {
            struct finding finding;
            look_at(entry, &finding);
            add(report, &finding);
            is_found = true;
        }
    }
    if (!is_found) {
        const struct finding finding = {
            .path = path, .word = "unknown", .why = "it isn't registered"};
        add(report, &finding);
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
