/* SPDX-License-Identifier: MIT */
/* The user's own files: whose they are, who may touch them, and whether the record holds. */
#include "daemon/admin/doctor.h"

#include "daemon/admin/say.h"
#include "daemon/audit.h"
#include "daemon/store.h"
#include "libkc/client.h"
#include "libkc/error.h"
#include "platform/paths.h"
#include "platform/trust.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct place {
    enum kc_error (*find)(const char *name, char **ret_path);
    const char *name; /* "": the directory itself */
    enum trust_privacy privacy;
    const char *mend; /* the command for its mode */
} places[] = {
    {paths_config, "", TRUST_SHOWN, "chmod 0700"},
    {paths_config, "config.json", TRUST_SHOWN, "chmod 0600"},
    {paths_config, "pending.json", TRUST_SHOWN, "chmod 0600"},
    {paths_data, "", TRUST_SHOWN, "chmod 0700"},
    {paths_data, "audit.log", TRUST_HIDDEN, "chmod 0600"},
    {paths_store, "", TRUST_HIDDEN, "chmod 0700"},
    {paths_store, STORE_SLOTS_NAME, TRUST_HIDDEN, "chmod 0600"},
    {paths_store, STORE_COPY_NAME, TRUST_HIDDEN, "chmod 0600"},
};

static const char file_meaning[] = "the daemon may refuse it, and somebody else may have read or "
                                   "changed it already";

/* KC_NOT_FOUND is fine: nothing is made before it is needed. */
static bool judge_file(struct doctor *doctor, const char *path, enum trust_privacy privacy,
                       const char *mend) {
    struct shown shown;
    const char *why = "it can't be looked at";
    enum kc_error error = trust_check_own(path, privacy, &why);
    if (error == KC_OK || error == KC_NOT_FOUND) {
        return true;
    }
    char *cure = doctor_command(doctor, mend, path);
    const struct doctor_kind kind = {
        .check = "files", .grade = DOCTOR_RED, .meaning = file_meaning, .cure = cure};
    doctor_add(doctor, &kind, "\"%.2000s\": %s", say_show(path, &shown), why);
    free(cure);
    return false;
}

/* The directory of the socket is what keeps other users away from it. */
static bool judge_socket(struct doctor *doctor) {
    char *address = NULL;
    enum kc_error error = client_address(NULL, &address);
    if (!doctor_has_memory(doctor, error)) {
        return false;
    }
    if (error != KC_OK) {
        const struct doctor_kind kind = {
            .check = "files",
            .grade = DOCTOR_RED,
            .meaning = "no program can find the daemon, and it can't find its own files",
        };
        doctor_add(doctor, &kind, "where your files are isn't known: HOME isn't an absolute path");
        return false;
    }
    char *slash = strrchr(address, '/');
    bool is_good = true;
    if (slash != NULL && slash != address) {
        *slash = '\0';
        is_good = judge_file(doctor, address, TRUST_HIDDEN, "chmod 0700");
    }
    free(address);
    return is_good;
}

void doctor_look_at_files(struct doctor *doctor) {
    static const struct doctor_kind good = {.check = "files"};
    bool are_good = judge_socket(doctor);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char *path = NULL;
        enum kc_error error = places[i].find(places[i].name, &path);
        if (doctor_has_memory(doctor, error) && error == KC_OK) {
            are_good = judge_file(doctor, path, places[i].privacy, places[i].mend) && are_good;
        }
        free(path);
    }
    if (are_good) {
        doctor_add(doctor, &good, "your files are yours alone");
    }
}

static void judge_record(struct doctor *doctor, const char *path) {
    const struct doctor_kind good = {.check = "record"};
    const struct doctor_kind bad = {
        .check = "record",
        .grade = DOCTOR_RED,
        .meaning = "a line was changed, taken out or cut; what stands before it holds. Keep the "
                   "file, and begin another",
        .cure = "keychain-auth audit verify",
    };
    char why[KC_MESSAGE_MAX] = "";
    uint64_t lines = 0;
    enum kc_error error = audit_verify(path, &lines, why);
    if (!doctor_has_memory(doctor, error)) {
        return;
    }
    if (error == KC_OK || error == KC_NOT_FOUND) {
        doctor_add(doctor, &good, "%" PRIu64 " line%s, and nobody changed them", lines,
                   lines == 1 ? "" : "s");
    } else {
        doctor_add(doctor, &bad, "after %" PRIu64 " lines that hold: %s", lines,
                   why[0] != '\0' ? why : kc_error_text(error));
    }
}

void doctor_look_at_record(struct doctor *doctor) {
    char *path = NULL;
    enum kc_error error = paths_data("audit.log", &path);
    if (doctor_has_memory(doctor, error) && error == KC_OK) {
        judge_record(doctor, path);
    }
    free(path);
}
