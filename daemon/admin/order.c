/* SPDX-License-Identifier: MIT */
/* Which way a change takes is decided by the file of key slots, not by a daemon that may be
 * anybody's. */
#include "daemon/admin/order.h"

#include "daemon/admin/answer.h"
#include "daemon/admin/say.h"
#include "daemon/config_order.h"
#include "daemon/keyslot.h"
#include "daemon/store.h"
#include "libkc/secret.h"
#include "platform/paths.h"

#include <stdio.h>
#include <stdlib.h>

enum exit_code order_is_needed(bool *ret_is_needed) {
    KC_AUTO(keyslots) slots = NULL;
    char why[KC_MESSAGE_MAX] = "";
    char *path = NULL;
    enum kc_error error = paths_store(STORE_SLOTS_NAME, &path);
    if (error == KC_OK) {
        error = keyslot_load(path, &slots, why);
    }
    free(path);
    if (error != KC_OK && error != KC_NOT_FOUND) {
        say_report(why, error);
        return EXIT_FAULT;
    }
    *ret_is_needed = slots != NULL && keyslots_count(slots, KEYSLOT_PASSPHRASE) > 0;
    return EXIT_DONE;
}

/* The daemon has looked at this process at the first connection, and could at no other. */
static enum exit_code connect_once(const struct change_name *name, struct answer **answer) {
    return *answer != NULL ? EXIT_DONE : answer_connect(name->options, answer);
}

static enum exit_code send(const struct change_name *name, const struct secret *text) {
    KC_AUTO(answer) own = NULL;
    struct answer **answer = name->line != NULL ? name->line : &own;
    const char *target = "change";
    const void *bytes = secret_view(text);
    size_t length = secret_length(text);
    const struct kc_query query = {.action = "policy",
                                   .targets = &target,
                                   .target_count = 1,
                                   .values = &bytes,
                                   .value_lengths = &length,
                                   .administration = 1};
    enum exit_code code = connect_once(name, answer);
    if (code == EXIT_DONE) {
        code = answer_ask(*answer, &query);
    }
    if (code == EXIT_DONE) {
        (void)puts(kc_answer_message((*answer)->answer));
    }
    return code;
}

enum exit_code order_send(const struct config_change *change, const struct change_name *name) {
    const struct config_order order = {
        .change = *change,
        .event = name->event,
        .message = name->message[0] != '\0' ? name->message : NULL,
    };
    KC_AUTO(secret) text = NULL;
    enum kc_error error = config_order_write(&order, &text);
    if (error == KC_TOO_BIG) {
        say("the change is longer than %d bytes; make it in several steps", KC_VALUE_MAX);
        return EXIT_USAGE;
    }
    if (error == KC_INVALID) {
        say("a path or a grant isn't UTF-8 and can't be written down");
        return EXIT_USAGE;
    }
    return error == KC_OK ? send(name, text) : say_fault(error, "can't ask the daemon");
}
