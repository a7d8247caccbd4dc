/* SPDX-License-Identifier: MIT */
/* What entries give away by what they say, whatever the files are. */
#include "daemon/admin/doctor.h"

#include "daemon/admin/general.h"
#include "daemon/admin/say.h"
#include "daemon/policy.h"

#include <stdio.h>
#include <stdlib.h>

/* Flags that make an entry weaker. */
static const struct {
    bool (*is_on)(const struct policy_entry *entry);
    const char *command;
    struct doctor_kind kind;
} weak[] = {
    {policy_entry_is_plain,
     "keychain-auth allow --no-plain",
     {"plain", DOCTOR_WARNING,
      "no nonce is asked of it, so a connection that it opened may be used by another process",
      NULL}},
    {policy_entry_may_make_code,
     "keychain-auth allow --no-jit",
     {"jit", DOCTOR_NOTE,
      "code that it makes as it runs is looked at by nobody; whatever gets into it has its rights",
      NULL}},
    {policy_entry_may_run_inline,
     "keychain-auth allow --no-inline",
     {"inline", DOCTOR_WARNING, "whatever code is put into it, by -c or a pipe, has its rights",
      NULL}},
};

static bool has_rights(const struct policy_entry *entry) {
    return policy_entry_grant_count(entry, RIGHT_READ) > 0 ||
           policy_entry_grant_count(entry, RIGHT_WRITE) > 0;
}

static void add(struct doctor *doctor, const struct doctor_kind *kind, const char *command,
                const struct policy_entry *entry, const char *what) {
    struct shown shown;
    struct doctor_kind named = *kind;
    char *cure = doctor_command(doctor, command, policy_entry_path(entry));
    named.cure = cure;
    doctor_add(doctor, &named, "\"%.2000s\"%s", say_show(policy_entry_path(entry), &shown), what);
    free(cure);
}

/* Its hash says little about who asks: it does what it is told. A script's entry is its own. */
static void judge_general(struct doctor *doctor, const struct policy_entry *entry) {
    static const struct doctor_kind generic = {
        .check = "generic",
        .grade = DOCTOR_WARNING,
        .meaning = "whoever can run it with arguments of their own has its rights; register the "
                   "script or the program that does the work instead",
    };
    const char *what = general_kind(policy_entry_path(entry));
    char text[128];
    if (what == NULL || !has_rights(entry) || policy_entry_is_helper(entry) ||
        policy_entry_interpreter(entry) != NULL) {
        return;
    }
    (void)snprintf(text, sizeof text, " is %s, and holds rights", what);
    add(doctor, &generic, "keychain-auth revoke", entry, text);
}

static void judge_rule(struct doctor *doctor, const struct policy *policy) {
    static const struct doctor_kind nearest = {
        .check = "caller_rule",
        .grade = DOCTOR_WARNING,
        .meaning = "only the nearest program above a helper is asked, so whoever can start that "
                   "one has its rights",
        .cure = "keychain-auth caller-rule chain",
    };
    static const struct doctor_kind good = {.check = "caller_rule"};
    if (policy_caller_rule(policy) == CALLER_NEAREST) {
        doctor_add(doctor, &nearest, "nearest");
    } else {
        doctor_add(doctor, &good, "chain");
    }
}

void doctor_judge_policy(struct doctor *doctor, const struct policy *policy) {
    judge_rule(doctor, policy);
    for (size_t i = 0; i < policy_count(policy); i++) {
        const struct policy_entry *entry = policy_at(policy, i);
        for (size_t k = 0; k < sizeof weak / sizeof weak[0]; k++) {
            if (weak[k].is_on(entry)) {
                add(doctor, &weak[k].kind, weak[k].command, entry, "");
            }
        }
        judge_general(doctor, entry);
    }
}
