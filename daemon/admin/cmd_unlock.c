/* SPDX-License-Identifier: MIT */
/* unlock: the passphrase goes to the daemon, which tries it. */
#include "daemon/admin/admin.h"

#include "daemon/admin/answer.h"
#include "daemon/admin/duration.h"
#include "daemon/admin/lock_state.h"
#include "daemon/admin/passphrase.h"
#include "daemon/admin/say.h"
#include "libkc/secret.h"

#include <stdio.h>

static enum exit_code send(struct answer *answer, const struct secret *passphrase,
                           uint64_t timeout_s) {
    char seconds[24];
    const char *name = "passphrase";
    const void *bytes = secret_view(passphrase);
    size_t length = secret_length(passphrase);
    const char *const attributes[] = {"timeout_s", seconds};
    (void)snprintf(seconds, sizeof seconds, "%llu", (unsigned long long)timeout_s);
    const struct kc_query query = {.action = "unlock",
                                   .targets = &name,
                                   .target_count = 1,
                                   .values = &bytes,
                                   .value_lengths = &length,
                                   .attributes = attributes,
                                   .attribute_count = timeout_s > 0 ? 1 : 0,
                                   .administration = 1};
    return answer_ask(answer, &query);
}

static enum exit_code check_state(struct answer *answer) {
    struct lock_state state;
    enum exit_code code = lock_state_ask(answer, &state);
    if (code == EXIT_DONE && !state.has_passphrase) {
        say("no passphrase is set, so nothing is ever locked; set one with: keychain-auth "
            "passphrase set");
        return EXIT_NO;
    }
    return code;
}

enum exit_code cmd_unlock(const struct options *options) {
    KC_AUTO(answer) answer = NULL;
    KC_AUTO(secret) passphrase = NULL;
    static const struct passphrase_question question = {
        .prompt = "passphrase: ",
        .description = "Unlock the keychain of keychain-auth",
        .may_open_window = true,
    };
    const char *timeout = options_value(options, "timeout", 0);
    uint64_t timeout_s = 0;
    if (timeout != NULL && duration_parse(timeout, KC_UNLOCK_MAX_S, &timeout_s) != KC_OK) {
        say("--timeout takes a time like 90s, 15m, 8h or 1d, at most 30d");
        return EXIT_USAGE;
    }
    enum exit_code code = answer_connect(options, &answer);
    if (code == EXIT_DONE) {
        code = check_state(answer);
    }
    if (code == EXIT_DONE) {
        code = passphrase_read(options, &question, &passphrase);
    }
    return code == EXIT_DONE ? send(answer, passphrase, timeout_s) : code;
}
