/* SPDX-License-Identifier: MIT */
/*
 * explain: what the daemon would find in a process, and what it would decide for a program, or
 * for a process and those above it.
 * Looks only; nothing is asked of the daemon and nothing is recorded.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/colour.h"
#include "daemon/admin/explain.h"
#include "daemon/admin/explain_chain.h"
#include "daemon/admin/findings.h"
#include "daemon/admin/policy_file.h"
#include "daemon/admin/print.h"
#include "daemon/admin/say.h"
#include "libkc/parse.h"

#include <jansson.h>

#include <limits.h>
#include <stdint.h>
#include <stdio.h>

static const char *worth_word(const struct finding *finding) {
    return finding->is_boundary ? "boundary" : "label";
}

static void print_findings(const struct findings *findings) {
    static const char *const words[] = {
        [FINDING_OK] = "ok", [FINDING_FAILED] = "FAILED", [FINDING_UNUSED] = "unused"};
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        bool is_used = finding->result != FINDING_UNUSED;
        (void)printf("%s%-6s%s  %-12s  %-8s  %s\n",
                     is_used ? colour_good_or_bad(finding->result == FINDING_OK) : colour_aside(),
                     words[finding->result], colour_end(), finding->check, worth_word(finding),
                     finding->fact);
    }
}

static json_t *findings_to_json(const struct findings *findings) {
    static const char *const words[] = {
        [FINDING_OK] = "ok", [FINDING_FAILED] = "failed", [FINDING_UNUSED] = "unused"};
    json_t *checks = json_array();
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        json_t *one = json_pack("{s:s, s:s, s:s, s:o}", "check", finding->check, "result",
                                words[finding->result], "worth", worth_word(finding), "fact",
                                print_text(finding->fact));
        if (json_array_append_new(checks, one) != 0) {
            json_decref(checks);
            return NULL;
        }
    }
    return json_pack("{s:I, s:o*, s:s, s:b, s:o}", "pid", (json_int_t)findings->pid, "path",
                     findings->path == NULL ? NULL : print_text(findings->path), "hash",
                     findings->hash, "trusted", (int)findings->is_trusted, "checks", checks);
}

static enum exit_code read_pid(const char *text, const char *hint, uint64_t *ret_pid) {
    struct shown shown;
    if (parse_unsigned(text, INT_MAX, ret_pid) == KC_OK && *ret_pid != 0) {
        return EXIT_DONE;
    }
    say("\"%s\" isn't the number of a process%s", say_show(text, &shown), hint);
    return EXIT_USAGE;
}

static enum exit_code explain_process(const struct options *options, const struct policy *policy) {
    KC_AUTO(findings) findings = NULL;
    uint64_t pid = 0;
    enum exit_code code = read_pid(options_operand(options, 0),
                                   "; for a program, name ACTION and SERVICE, too", &pid);
    if (code != EXIT_DONE) {
        return code;
    }
    enum kc_error error = findings_new(pid, policy, &findings);
    if (error != KC_OK) {
        return say_fault(error, "can't explain");
    }
    if (!options_flag(options, "json", false)) {
        print_findings(findings);
    } else {
        code = print_json(findings_to_json(findings));
        if (code != EXIT_DONE) {
            return code;
        }
    }
    return findings->is_trusted ? EXIT_DONE : EXIT_NO;
}

/* How many operands there must be depends on the form that is meant. */
static enum exit_code check_form(const struct options *options) {
    size_t count = options_operand_count(options);
    if (options_given(options, "pid")) {
        if (count == 2 || count == 3) {
            return EXIT_DONE;
        }
        say("explain: --pid N needs ACTION SERVICE, and TARGET when it is about one");
        return EXIT_USAGE;
    }
    if (count == 2) {
        say("explain: a program needs PATH ACTION SERVICE, a process its number alone");
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

enum exit_code cmd_explain(const struct options *options) {
    KC_AUTO(config) config = NULL;
    uint64_t pid = 0;
    enum exit_code code = check_form(options);
    if (code == EXIT_DONE && options_given(options, "pid")) {
        code = read_pid(options_value(options, "pid", 0), "", &pid);
    }
    if (code == EXIT_DONE) {
        code = policy_file_open(&config);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    const struct policy *policy = config_policy(config);
    if (pid != 0) {
        return explain_chain(options, policy, pid);
    }
    return options_operand_count(options) == 1 ? explain_process(options, policy)
                                               : explain_program(options, policy);
}
