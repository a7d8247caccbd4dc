/* SPDX-License-Identifier: MIT */
/*
 * explain: what the daemon would find in a process, and what it would decide for a program.
 * Looks only; nothing is asked of the daemon and nothing is recorded.
 */
#include "daemon/admin/admin.h"

#include "daemon/admin/explain.h"
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
        (void)printf("%-6s  %-12s  %-8s  %s\n", words[finding->result], finding->check,
                     worth_word(finding), finding->fact);
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

static enum exit_code explain_process(const struct options *options, const struct policy *policy) {
    KC_AUTO(findings) findings = NULL;
    const char *operand = options_operand(options, 0);
    struct shown shown;
    uint64_t pid = 0;
    if (parse_unsigned(operand, INT_MAX, &pid) != KC_OK || pid == 0) {
        say("\"%s\" isn't the number of a process; for a program, name ACTION and SERVICE, too",
            say_show(operand, &shown));
        return EXIT_USAGE;
    }
    enum kc_error error = findings_new(pid, policy, &findings);
    if (error != KC_OK) {
        return say_fault(error, "can't explain");
    }
    if (!options_flag(options, "json", false)) {
        print_findings(findings);
    } else {
        enum exit_code code = print_json(findings_to_json(findings));
        if (code != EXIT_DONE) {
            return code;
        }
    }
    return findings->is_trusted ? EXIT_DONE : EXIT_NO;
}

enum exit_code cmd_explain(const struct options *options) {
    KC_AUTO(config) config = NULL;
    if (options_operand_count(options) == 2) {
        say("explain: a program needs PATH ACTION SERVICE, a process its number alone");
        return EXIT_USAGE;
    }
    enum exit_code code = policy_file_open(&config);
    if (code != EXIT_DONE) {
        return code;
    }
    const struct policy *policy = config_policy(config);
    return options_operand_count(options) == 1 ? explain_process(options, policy)
                                               : explain_program(options, policy);
}
