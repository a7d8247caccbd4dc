/* SPDX-License-Identifier: MIT */
/* Entries that don't fit their files any more: what check finds, with the command for each. */
#include "daemon/admin/doctor.h"

#include "daemon/admin/fitness.h"
#include "daemon/admin/say.h"
#include "daemon/policy.h"
#include "libkc/parse.h"

#include <stdlib.h>
#include <string.h>

static const struct row {
    const char *word;
    enum doctor_grade grade;
    const char *meaning;
    const char *command;
} rows[] = {
    {"changed", DOCTOR_RED,
     "it gets nothing; if you don't know why it changed, find out before you upgrade it",
     "keychain-auth upgrade"},
    {"missing", DOCTOR_NOTE, "whoever puts a file there must have its hash to get anything",
     "keychain-auth unregister"},
    {"unreadable", DOCTOR_WARNING, "the daemon can't look at it either, so it gets nothing",
     "keychain-auth unregister"},
    {"unsafe", DOCTOR_RED,
     "another user could put another file there; it would get nothing, but neither would this one",
     "sudo chmod go-w"},
};

static void judge(struct doctor *doctor, const struct policy_entry *entry,
                  const struct fitness *fitness, const struct row *row) {
    struct shown path;
    struct shown why;
    bool is_unsafe = strcmp(row->word, "unsafe") == 0;
    char *cure =
        doctor_command(doctor, row->command, is_unsafe ? fitness->where : policy_entry_path(entry));
    const struct doctor_kind kind = {
        .check = "entries", .grade = row->grade, .meaning = row->meaning, .cure = cure};
    doctor_add(
        doctor, &kind, "\"%.1500s\" is %s: %.1500s", say_show(policy_entry_path(entry), &path),
        row->word,
        parse_escape_sentence(fitness->why, strlen(fitness->why), why.text, sizeof why.text));
    free(cure);
}

void doctor_look_at_entries(struct doctor *doctor, const struct policy *policy) {
    static const struct doctor_kind good = {.check = "entries"};
    size_t fitting = 0;
    for (size_t i = 0; i < policy_count(policy); i++) {
        struct fitness fitness;
        fitness_look(policy_at(policy, i), &fitness);
        if (!doctor_has_memory(doctor, fitness.is_unknown ? KC_NO_MEMORY : KC_OK)) {
            return;
        }
        fitting += strcmp(fitness.word, "ok") == 0 ? 1 : 0;
        for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
            if (strcmp(fitness.word, rows[k].word) == 0) {
                judge(doctor, policy_at(policy, i), &fitness, &rows[k]);
            }
        }
    }
    if (fitting == policy_count(policy)) {
        doctor_add(doctor, &good, "%zu registered, and each fits its file", fitting);
    }
}
