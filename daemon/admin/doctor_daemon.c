/* SPDX-License-Identifier: MIT */
/* What `status` tells, judged: one row for each fact that can be wrong. */
#include "daemon/admin/doctor.h"

#include "libkc/attributes.h"
#include "libkc/parse.h"

#include <string.h>

#define SHOWN_SIZE 2048

/* A fact that is wrong when it is, or isn't, one word. */
static const struct row {
    const char *fact;
    const char *word;
    bool is_good; /* the word is; else it is the only bad one */
    struct doctor_kind kind;
} rows[] = {
    {"socket_state",
     "ok",
     true,
     {"socket", DOCTOR_RED, "what you store may go to whoever put another socket there",
      "keychain-auth stop; keychain-auth start"}},
    {"store",
     "memory",
     false,
     {"store", DOCTOR_WARNING, "every value is gone when the daemon ends",
      "keychain-auth stop && keychain-auth start --store auto"}},
    {"policy",
     "ok",
     true,
     {"policy", DOCTOR_RED, "config.json can't be used as it is, or isn't what you made it",
      "keychain-auth check"}},
    {"lock",
     "locked",
     false,
     {"lock", DOCTOR_WARNING, "nobody gets a secret until it is unlocked", "keychain-auth unlock"}},
    {"lock",
     "none",
     false,
     {"passphrase", DOCTOR_WARNING,
      "any program of yours can copy the key, edit the policy, or approve itself",
      "keychain-auth passphrase set"}},
    {"policy_seal",
     "BROKEN",
     false,
     {"policy_seal", DOCTOR_RED,
      "another program has edited config.json; look at it, and if it was you: keychain-auth "
      "policy accept",
      "keychain-auth policy restore"}},
    {"slots_state",
     "ok",
     true,
     {"slots", DOCTOR_RED, "an older passphrase, or another one, may open a copy of the key",
      "keychain-auth passphrase change"}},
    {"record_state",
     "ok",
     true,
     {"record_end", DOCTOR_RED, "who was given what may have been taken out of the record",
      "keychain-auth audit verify"}},
};

static void judge(struct doctor *doctor, const struct row *row, const char *value) {
    char shown[SHOWN_SIZE];
    const struct doctor_kind good = {.check = row->kind.check};
    bool is_it = strcmp(value, row->word) == 0;
    (void)parse_escape_sentence(value, strlen(value), shown, sizeof shown);
    doctor_add(doctor, is_it == row->is_good ? &good : &row->kind, "%s", shown);
}

static void judge_version(struct doctor *doctor, const char *version) {
    const struct doctor_kind good = {.check = "version"};
    const struct doctor_kind other = {
        .check = "version",
        .grade = DOCTOR_RED,
        .meaning = "the daemon was started before the last installation, and takes no orders from "
                   "this program",
        .cure = "keychain-auth stop; keychain-auth start",
    };
    char shown[SHOWN_SIZE];
    (void)parse_escape(version, strlen(version), shown, sizeof shown);
    if (strcmp(version, KC_VERSION) == 0) {
        doctor_add(doctor, &good, "%s, and so is the daemon", KC_VERSION);
    } else {
        doctor_add(doctor, &other, "this is " KC_VERSION ", and the daemon is %s", shown);
    }
}

/* Beside a passphrase the key in the clear makes half of it useless. */
static void judge_key_file(struct doctor *doctor, const struct attributes *facts) {
    const char *lock = attributes_get(facts, "lock");
    const char *key_file = attributes_get(facts, "key_file");
    const struct doctor_kind kept = {
        .check = "key_file",
        .grade = DOCTOR_WARNING,
        .meaning = "any program of yours can copy the key, passphrase or not",
        .cure = "keychain-auth passphrase change",
    };
    if (lock != NULL && key_file != NULL && strcmp(lock, "none") != 0 &&
        strcmp(key_file, "yes") == 0) {
        doctor_add(doctor, &kept,
                   "a passphrase is set, and the key is kept in the clear beside it");
    }
}

void doctor_judge_daemon(struct doctor *doctor, const struct attributes *facts) {
    const char *version = attributes_get(facts, "version");
    judge_version(doctor, version != NULL ? version : "");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *value = attributes_get(facts, rows[i].fact);
        /* A sealed policy that is broken is one finding, with its own command. */
        bool is_told = strcmp(rows[i].fact, "policy") == 0 &&
                       attributes_get(facts, "policy_seal") != NULL &&
                       strcmp(attributes_get(facts, "policy_seal"), "BROKEN") == 0;
        if (value != NULL && !is_told) {
            judge(doctor, &rows[i], value);
        }
    }
    judge_key_file(doctor, facts);
}
