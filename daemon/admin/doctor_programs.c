/* SPDX-License-Identifier: MIT */
/*
 * Our programs: those that others look for in PATH are the ones beside this one, the helpers are
 * registered as what they are, and what libsecret's users want is installed.
 */
#include "daemon/admin/doctor.h"

#include "daemon/admin/say.h"
#include "daemon/admin/search_path.h"
#include "daemon/digest.h"
#include "daemon/own_helpers.h"
#include "daemon/policy.h"
#include "daemon/shim.h"
#include "platform/process.h"
#include "platform/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void judge_path(struct doctor *doctor, const char *name, const struct image *own) {
    const struct doctor_kind good = {.check = "path"};
    const struct doctor_kind bad = {
        .check = "path",
        .grade = DOCTOR_WARNING,
        .meaning = "what you type, and what git starts, isn't this installation's; put its "
                   "directory first in PATH",
        .cure = "command -v keychain-auth",
    };
    KC_AUTO(image) found = NULL;
    const char *why = "";
    char path[SEARCH_PATH_SIZE];
    struct shown shown;
    enum kc_error error =
        search_path(name, false, path) ? image_open(path, &found, &why) : KC_NOT_FOUND;
    if (!doctor_has_memory(doctor, error)) {
        return;
    }
    if (error != KC_OK) {
        doctor_add(doctor, &bad, "%s isn't found in PATH", name);
    } else if (strcmp(image_path(found), image_path(own)) != 0) {
        doctor_add(doctor, &bad, "%s in PATH is \"%.2000s\"", name,
                   say_show(image_path(found), &shown));
    } else {
        doctor_add(doctor, &good, "%s is \"%.2000s\"", name, say_show(image_path(own), &shown));
    }
}

static const struct policy_entry *find_by_path(const struct policy *policy, const char *path) {
    for (size_t i = 0; i < policy_count(policy); i++) {
        if (strcmp(policy_entry_path(policy_at(policy, i)), path) == 0) {
            return policy_at(policy, i);
        }
    }
    return NULL;
}

/* Each needs the path in its command. */
static void add_helper(struct doctor *doctor, const struct doctor_kind *kind, const char *command,
                       const char *path, const char *what) {
    struct shown shown;
    struct doctor_kind named = *kind;
    char *cure = doctor_command(doctor, command, path);
    named.cure = cure;
    doctor_add(doctor, &named, "\"%.2000s\" %s", say_show(path, &shown), what);
    free(cure);
}

static void judge_helper(struct doctor *doctor, const char *name, const struct policy *policy,
                         const struct image *own) {
    static const struct doctor_kind good = {.check = "helpers"};
    static const struct doctor_kind unknown = {
        .check = "helpers",
        .grade = DOCTOR_RED,
        .meaning = "it gets nothing; the daemon registers it when it starts, or is unlocked",
        .cure = "keychain-auth stop; keychain-auth start",
    };
    static const struct doctor_kind changed = {
        .check = "helpers",
        .grade = DOCTOR_RED,
        .meaning = "it gets nothing; if you don't know why it changed, find out first",
    };
    static const struct doctor_kind direct = {
        .check = "helpers",
        .grade = DOCTOR_WARNING,
        .meaning = "it has rights of its own, which every program that runs it can use; the next "
                   "start of the daemon makes it a helper",
    };
    char hash[HASH_TEXT_SIZE] = "";
    const char *path = image_path(own);
    enum kc_error error = digest_compute(own, NULL, hash);
    const struct policy_entry *entry = find_by_path(policy, path);
    if (entry == NULL) {
        doctor_add(doctor, &unknown, "%s isn't registered as a helper", name);
    } else if (!policy_entry_is_helper(entry)) {
        add_helper(doctor, &direct, "keychain-auth unregister", path, "is no helper");
    } else if (error != KC_OK || policy_find(policy, path, hash) == NULL) {
        add_helper(doctor, &changed, "keychain-auth upgrade", path, "isn't what is registered");
    } else {
        doctor_add(doctor, &good, "%s is a helper", name);
    }
}

static void judge_shim(struct doctor *doctor) {
    const struct doctor_kind good = {.check = "shim"};
    const struct doctor_kind none = {
        .check = "shim",
        .grade = DOCTOR_NOTE,
        .meaning = "programs that were written for libsecret can't be run with kc-shim; a build "
                   "with libsecret's headers has it",
    };
    struct shim shim;
    shim_find(&shim);
    if (!doctor_has_memory(doctor, shim.is_unknown ? KC_NO_MEMORY : KC_OK)) {
        return;
    }
    if (shim.hook[0] != '\0' && shim.server[0] != '\0') {
        doctor_add(doctor, &good, "kc-shim's libraries are installed");
    } else {
        doctor_add(doctor, &none, "kc-shim's libraries aren't installed");
    }
}

static void look_at_helper(struct doctor *doctor, const char *name, const struct policy *policy) {
    KC_AUTO(image) own = NULL;
    const char *why = "";
    char *path = NULL;
    enum kc_error error = program_beside(name, &path);
    if (error == KC_OK) {
        error = image_open(path, &own, &why);
    }
    free(path);
    if (!doctor_has_memory(doctor, error) || error != KC_OK) {
        return;
    }
    judge_path(doctor, name, own);
    if (policy != NULL) {
        judge_helper(doctor, name, policy, own);
    }
}

void doctor_look_at_programs(struct doctor *doctor, const struct policy *policy) {
    for (size_t i = 0; own_helpers_name(i) != NULL; i++) {
        look_at_helper(doctor, own_helpers_name(i), policy);
    }
    judge_shim(doctor);
}
