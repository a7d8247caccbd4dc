/* SPDX-License-Identifier: MIT */
/*
 * Looks at each file, compares it with the policy, and changes that through the same door as the
 * commands: recorded first, under the lock, replaced whole.
 */
#include "daemon/own_helpers.h"

#include "daemon/audit.h"
#include "daemon/config.h"
#include "daemon/digest.h"
#include "daemon/log.h"
#include "daemon/policy.h"
#include "libkc/error.h"
#include "libkc/parse.h"
#include "platform/clock.h"
#include "platform/process.h"

#include <stdio.h>
#include <string.h>

#define PATH_SIZE  4096
#define SHOWN_SIZE 1024

static const char *const names[] = {"kcget", "git-credential-keychain-auth",
                                    "aws-credential-keychain-auth"};

const char *own_helpers_name(size_t index) {
    return index < sizeof names / sizeof names[0] ? names[index] : NULL;
}

struct own_helper {
    char path[PATH_SIZE]; /* real */
    char hash[HASH_TEXT_SIZE];
    char shown[SHOWN_SIZE]; /* the path, fit for a log */
    bool is_vouched;        /* the administrator's file */
};

static enum kc_error look(const char *path, struct own_helper *ret_helper, const char **ret_why) {
    KC_AUTO(image) image = NULL;
    enum kc_error error = image_open(path, &image, ret_why);
    if (error != KC_OK) {
        return error;
    }
    int length = snprintf(ret_helper->path, PATH_SIZE, "%s", image_path(image));
    if (length < 0 || length >= PATH_SIZE) {
        return KC_TOO_BIG;
    }
    ret_helper->is_vouched = image_is_trusted(image);
    return digest_compute(image, NULL, ret_helper->hash);
}

/* Whether the path is registered at all, with any hash; then, whether as a helper. */
static bool is_known(const struct policy *policy, const char *path, bool *ret_is_helper) {
    for (size_t i = 0; i < policy_count(policy); i++) {
        const struct policy_entry *entry = policy_at(policy, i);
        if (strcmp(policy_entry_path(entry), path) == 0) {
            *ret_is_helper = policy_entry_is_helper(entry);
            return true;
        }
    }
    return false;
}

/* Written down before it is done; a change that then failed gets a second record. */
static void change(const struct own_helpers_plan *plan, const struct own_helper *helper,
                   enum config_change_kind kind) {
    bool is_new = kind == CONFIG_REGISTER;
    struct config_change asked = {
        .kind = kind, .path = helper->path, .hash = helper->hash, .now_us = clock_wall_us()};
    asked.flags[CONFIG_HELPER] = is_new ? CONFIG_SET : CONFIG_LEAVE;
    struct audit_note note = {.event = "policy",
                              .action = is_new ? "register" : "upgrade",
                              .binary_path = helper->path,
                              .binary_hash = helper->hash,
                              .message = "helper; by the daemon itself"};
    char report[KC_MESSAGE_MAX] = "";
    enum kc_error error = audit_note(plan->audit, &note);
    if (error != KC_OK) {
        log_line(plan->log, "\"%s\" isn't registered as a helper: the record can't be written",
                 helper->shown);
        return;
    }
    error = plan->change(plan->context, &asked, report);
    if (error == KC_OK) {
        log_line(plan->log, "\"%s\" is %s as a helper", helper->shown,
                 is_new ? "registered" : "upgraded");
        return;
    }
    note.result = "error";
    note.message = report;
    bool is_told = audit_note(plan->audit, &note) == KC_OK;
    log_line(plan->log, "\"%s\" isn't %s as a helper: %s%s", helper->shown,
             is_new ? "registered" : "upgraded", report,
             is_told ? "" : "; and the record can't tell that");
}

/* A new version speaks for the same callers as the old one. What any program of this user could
 * have put there is for the person to accept. */
static void upgrade(const struct own_helpers_plan *plan, const struct own_helper *helper) {
    if (helper->is_vouched) {
        change(plan, helper, CONFIG_UPGRADE);
        return;
    }
    log_line(plan->log,
             "the helper \"%s\" changed and isn't upgraded, since it isn't the administrator's "
             "file; if you know why it changed: keychain-auth upgrade",
             helper->shown);
}

static void settle(const struct own_helpers_plan *plan, const struct own_helper *helper) {
    const struct policy_entry *entry = policy_find(plan->policy, helper->path, helper->hash);
    bool is_helper = false;
    if (entry != NULL && policy_entry_is_helper(entry)) {
        return;
    }
    if (!is_known(plan->policy, helper->path, &is_helper)) {
        change(plan, helper, CONFIG_REGISTER);
    } else if (is_helper) {
        upgrade(plan, helper);
    } else {
        log_line(plan->log,
                 "\"%s\" is registered as a program with rights of its own, which every program "
                 "that runs it can use; keychain-auth unregister, and the next start makes it a "
                 "helper",
                 helper->shown);
    }
}

void own_helpers_register(const struct own_helpers_plan *plan) {
    if (plan->policy == NULL) {
        log_line(plan->log, "the helpers aren't looked at, since the policy can't be used");
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct own_helper helper = {.path = ""};
        char path[PATH_SIZE];
        const char *why = NULL;
        int length = snprintf(path, sizeof path, "%s/%s", plan->directory, names[i]);
        if (length < 0 || length >= PATH_SIZE) {
            continue; /* no process could have been started from there */
        }
        enum kc_error error = look(path, &helper, &why);
        (void)parse_escape(path, strlen(path), helper.shown, sizeof helper.shown);
        if (error == KC_OK) {
            settle(plan, &helper);
        } else if (error != KC_NOT_FOUND) {
            log_line(plan->log, "can't look at the helper \"%s\": %s", helper.shown,
                     why != NULL ? why : kc_error_text(error));
        }
    }
}
