/* SPDX-License-Identifier: MIT */
/*
 * Record before change: a policy that changed without a record would be worse than a record of
 * a change that then failed, which gets a second record saying so. Where the policy is sealed the
 * daemon does all of it.
 */
#include "daemon/admin/change.h"

#include "daemon/admin/order.h"
#include "daemon/admin/say.h"
#include "daemon/audit.h"
#include "daemon/pending.h"
#include "platform/clock.h"

#include <stdio.h>

static enum exit_code open_audit(const char *path, struct audit **ret_audit) {
    struct shown shown;
    enum kc_error error = audit_open(path, ret_audit);
    if (error == KC_OK) {
        return EXIT_DONE;
    }
    say("can't open the record \"%s\", so nothing was changed", say_show(path, &shown));
    return say_fault(error, "the record");
}

static enum exit_code exit_of(enum kc_error error) {
    if (error == KC_NOT_FOUND || error == KC_EXISTS || error == KC_DENIED) {
        return EXIT_NO;
    }
    return error == KC_INVALID ? EXIT_USAGE : EXIT_FAULT;
}

enum exit_code change_make(const struct places *places, struct config_change *change,
                           const struct change_name *name) {
    KC_AUTO(audit) audit = NULL;
    bool is_sealed = false;
    enum exit_code code = order_is_needed(&is_sealed);
    if (code == EXIT_DONE && is_sealed) {
        return order_send(change, name);
    }
    if (code == EXIT_DONE) {
        code = open_audit(places->audit, &audit);
    }
    if (code != EXIT_DONE) {
        return code;
    }
    struct audit_note note = {.event = name->event,
                              .action = name->action,
                              .binary_path = change->path,
                              .binary_hash = change->hash,
                              .message = name->message[0] == '\0' ? NULL : name->message};
    enum kc_error error = audit_note(audit, &note);
    if (error != KC_OK) {
        return say_fault(error, "the record can't be written, so nothing was changed");
    }
    char report[KC_MESSAGE_MAX] = "";
    change->now_us = clock_wall_us();
    error = config_change(places->config, change, report);
    if (error == KC_OK) {
        (void)puts(report);
        return EXIT_DONE;
    }
    say_report(report, error);
    note.result = "error";
    note.message = report;
    if (audit_note(audit, &note) != KC_OK) {
        say_warning("the record can't tell that this failed");
    }
    return exit_of(error);
}

void change_settle(const struct places *places, const char *path, const char *hash) {
    enum kc_error error = pending_remove(places->pending, path, hash);
    if (error != KC_OK && error != KC_NOT_FOUND) {
        say_warning("it stays in the list of those who wait for approval");
    }
}
